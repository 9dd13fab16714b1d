import { cpus, release, totalmem } from 'node:os';
import { formatNumber } from './format.js';
import { mountOf } from '../files/mount.js';

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
}

export function describeMachine(directory: string): Machine {
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
  };
}

export function machineLine(machine: Machine): string {
  const memory = `${formatNumber(machine.memoryBytes / 1024 ** 3, 0)} GiB`;
  const files = `files in ${machine.directory} (${machine.fileSystem} on ${machine.device})`;
  return [
    `${machine.cores} x ${machine.cpu}, ${memory}`,
    `Linux ${machine.kernel}`,
    `Node ${machine.node}`,
    files,
  ].join('; ');
}
