import { readFileSync, readdirSync } from 'node:fs';
import { cpus, release, totalmem } from 'node:os';
import { join } from 'node:path';
import { mountOf } from '../files/mount.js';
import { describeVersions } from './versions.js';
import { formatNumber } from './format.js';

/** Where the figures come from: they mean little without it. */
export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryBytes: number;
  readonly kernel: string;
  readonly node: string;
  readonly directory: string;
  readonly fileSystem: string;
  readonly device: string;
  /** How the CPU chooses its frequency; undefined where it does not say. */
  readonly governor?: string | undefined;
  /** What is measured, and what it runs on: `uv`, `v8`, `aio`, `fio`, ... */
  readonly versions: Readonly<Record<string, string>>;
  /** Of the CPU's vulnerabilities: they make system calls dearer. */
  readonly mitigations: Readonly<Record<string, string>>;
}

const VULNERABILITIES = '/sys/devices/system/cpu/vulnerabilities';
const GOVERNOR = '/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor';

/** Virtual machines and containers often hide what /sys has elsewhere. */
function orMissing<Value>(read: () => Value): Value | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}

function text(path: string): string {
  return readFileSync(path, 'utf8').trim();
}

function mitigations(): Readonly<Record<string, string>> {
  const names = orMissing(() => readdirSync(VULNERABILITIES)) ?? [];
  return Object.fromEntries(
    names.map((name) => [name, orMissing(() => text(join(VULNERABILITIES, name))) ?? 'unknown']),
  );
}

export async function describeMachine(directory: string, signal: AbortSignal): Promise<Machine> {
  const processors = cpus();
  const { fileSystem, device } = mountOf(directory);
  return {
    cpu: processors[0]?.model.trim() ?? 'unknown',
    cores: processors.length,
    memoryBytes: totalmem(),
    kernel: release(),
    node: process.version,
    directory,
    fileSystem,
    device,
    governor: orMissing(() => text(GOVERNOR)),
    versions: await describeVersions(signal),
    mitigations: mitigations(),
  };
}

export function memoryText({ memoryBytes }: Machine): string {
  return `${formatNumber(memoryBytes / 1024 ** 3, 0)} GiB`;
}

export function machineLine(machine: Machine): string {
  return [
    `${machine.cores} x ${machine.cpu}, ${memoryText(machine)}`,
    `Linux ${machine.kernel}`,
    `Node ${machine.node}`,
    `files in ${machine.directory} (${machine.fileSystem} on ${machine.device})`,
  ].join('; ');
}
