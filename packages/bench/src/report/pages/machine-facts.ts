import type { Samples } from '../../samples/samples.js';
import { formatNumber } from '../format.js';
import { memoryText } from '../machine.js';
import { busyLine } from '../noise.js';
import type { ShownTrial } from '../shown-trials.js';
import { steadinessText } from '../steadiness.js';

function listed(entries: Readonly<Record<string, string>>): string {
  return Object.entries(entries)
    .map(([name, value]) => (value.startsWith(name) ? value : `${name} ${value}`))
    .join(', ');
}

/** Those that apply to this CPU: the others cost nothing. */
function mitigationText(mitigations: Readonly<Record<string, string>>): string {
  const active = Object.entries(mitigations).filter(([, state]) => state !== 'Not affected');
  return active.map(([name, state]) => `${name}: ${state}`).join('; ') || 'none';
}

/** How it was measured, on what machine, and how noisy that was. */
export function machineFacts(
  { command, started, seconds, machine, noise }: Samples,
  trials: readonly ShownTrial[],
): readonly (readonly [string, string])[] {
  const busy = busyLine(noise, machine);
  return [
    ['command', command],
    ['when', `${started}, for ${formatNumber(seconds / 60, 1)} minutes`],
    ['machine', `${machine.cores} x ${machine.cpu}, ${memoryText(machine)}`],
    ['kernel', `Linux ${machine.kernel}`],
    ['files', `${machine.fileSystem} on ${machine.device}, in ${machine.directory}`],
    ...(machine.governor === undefined ? [] : [['frequency governor', machine.governor] as const]),
    ['versions', listed(machine.versions)],
    ['mitigations', mitigationText(machine.mitigations)],
    [
      'noise',
      `load average ${formatNumber(noise.loadBefore, 2)} before the start; ${formatNumber(noise.stolen * 100, 1)} % of the CPU time went to other virtual machines; ${steadinessText(trials)}${busy === undefined ? '' : `; ${busy}`}`,
    ],
  ];
}
