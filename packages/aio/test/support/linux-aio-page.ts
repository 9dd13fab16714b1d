import { readFileSync } from 'node:fs';

const page = readFileSync(
  new URL('../../../../docs/coming-from-linux_aio.md', import.meta.url),
  'utf8',
);

/** A row of docs/coming-from-linux_aio.md: a name there, and in Markdown what does the same here. */
export type Row = readonly [there: string, here: string];

/** The rows of the table below a heading. */
export function rowsBelow(heading: string): Row[] {
  const section = page.split(`\n## ${heading}\n`)[1]?.split('\n## ')[0] ?? '';
  return section
    .split('\n')
    .filter((line) => line.startsWith('| '))
    .slice(2) // the table's head
    .map((line) => line.split('|').map((cell) => cell.trim()))
    .map(([, there = '', here = '']) => [there.replaceAll('`', ''), here] as const);
}

/** Every public name of linux_aio; of a class also what its instances have. */
const classes: Record<string, string[]> = {
  AIOContext: ['closed', 'close', 'cancel', 'submit', 'get_events'],
  ReadBlock: [],
  WriteBlock: [],
  ReadVBlock: [],
  WriteVBlock: [],
  PollBlock: ['event_masks'],
  FsyncBlock: [],
  FDsyncBlock: [],
  AIOBlock: [
    ...['change_cmd', 'file', 'fileno', 'cmd', 'flag', 'res_fd'],
    ...['priority_class', 'priority_value', 'set_priority'],
  ],
  RWBlock: ['buffer', 'offset', 'rw_flag'],
  NonVectorBlock: ['length'],
  VectorBlock: [],
  NonRWBlock: [],
  AIOEvent: ['aio_block', 'buffer', 'stripped_buffer', 'response', 'response2'],
};

export const namesThere: Readonly<Record<'linux_aio' | 'linux_aio_bind', readonly string[]>> = {
  linux_aio: [
    ...Object.entries(classes).flatMap(([name, members]) => [
      name,
      ...members.map((member) => `${name}.${member}`),
    ]),
    'with-statement',
  ],
  linux_aio_bind: [
    ...['IOEvent', 'Timespec', 'aio_context_t', 'iocb_p', 'io_setup', 'io_destroy', 'io_submit'],
    ...['io_getevents', 'io_cancel', 'IOCB', 'IOCBCMD', 'IOCBFlag', 'IOCBRWFlag'],
    ...['IOCBPriorityClass', 'IOPRIO_CLASS_SHIFT', 'IOVec', 'gen_io_priority', 'create_c_array'],
  ],
};
