import type { Samples } from '../../samples/samples.js';
import type { Findings } from '../../trials/findings.js';
import { memoryText } from '../machine.js';

type Facts = Readonly<Record<string, unknown>>;

/** What ratios depend on. Where the files are called is of no account. */
function machineOf({ machine }: Samples): Facts {
  const { cpu, cores, kernel, fileSystem, device, governor, versions, mitigations } = machine;
  return {
    ...{ cpu, cores, memory: memoryText(machine), kernel, device, governor },
    'file system': fileSystem,
    ...versions,
    ...mitigations,
  };
}

function settingsOf({ parameters, repeats }: Findings): Facts {
  return { repeats, ...parameters };
}

function text(fact: unknown): string {
  if (fact === undefined) return 'nothing';
  return typeof fact === 'string' ? fact : JSON.stringify(fact);
}

function changes(what: string, here: Facts, there: Facts): readonly string[] {
  return [...new Set([...Object.keys(here), ...Object.keys(there)])]
    .map((name) => [name, text(here[name]), text(there[name])] as const)
    .filter(([, ours, theirs]) => ours !== theirs)
    .map(([name, ours, theirs]) => `${what} differs: ${name}: ${ours} here, ${theirs} there`);
}

function onlyIn(
  where: string,
  what: string,
  names: readonly string[],
  others: readonly string[],
): readonly string[] {
  const only = names.filter((name) => !others.includes(name));
  return only.length === 0 ? [] : [`only ${where}: ${what} ${only.join('; ')}`];
}

function onlyInOne(
  what: string,
  here: readonly string[],
  there: readonly string[],
): readonly string[] {
  return [...onlyIn('here', what, here, there), ...onlyIn('there', what, there, here)];
}

function caseNames({ cases }: Findings): readonly string[] {
  return cases.map(({ name }) => name);
}

function trialNames({ trials }: Samples): readonly string[] {
  return trials.map(({ trial }) => trial);
}

/** In what two runs are not alike, whatever came of them: machines, revisions, settings, and what was measured at all. */
export function differencesOf(here: Samples, there: Samples): readonly string[] {
  return [
    ...changes('the machine', machineOf(here), machineOf(there)),
    ...onlyInOne('trials', trialNames(here), trialNames(there)),
    ...here.trials.flatMap((ours) => {
      const theirs = there.trials.find(({ trial }) => trial === ours.trial);
      if (theirs === undefined) return [];
      return [
        ...changes(ours.trial, settingsOf(ours), settingsOf(theirs)),
        ...onlyInOne(`cases of ${ours.trial}`, caseNames(ours), caseNames(theirs)),
      ];
    }),
  ];
}
