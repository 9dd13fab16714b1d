import { constants } from 'node:os';
import type { Engine } from '../engine/engine.js';
import type { OpenFile } from '../engine/open-file.js';
import type { Command, Group, Operation } from '../engine/operation.js';
import type { Epoch } from '../engine/write-barrier.js';
import type { Served } from '../handle/served.js';
import type { Ongoing } from './ongoing.js';
import type { Ranges } from './ranges.js';
import { transferred } from './transferred.js';

const { EFAULT } = constants.errno;

/**
 * So many are with the engine at a time: enough for any device, others find room beside them, and there
 * are no more records of operations than that, however many ranges there are.
 */
const LANES = 512;

/** Ranges on their way through the engine: each lane takes the next when it has settled its last. */
export class ManyOperations implements Group, Ongoing {
  readonly #engine: Engine;
  readonly #file: OpenFile;
  readonly #command: Command;
  readonly #ranges: Ranges;
  readonly #results: Int32Array;
  readonly #resolve: (results: Int32Array) => void;
  readonly #epoch: Epoch | null;

  #next = 0;
  #underWay = 0;
  #isStarting = false;
  #hasEnded = false;
  /** By lane: the range, the operation, and what tells it from a later one. */
  readonly #rangeOf: number[];
  readonly #operations: Operation[] = [];
  readonly #generations: number[] = [];

  constructor(
    { engine, file }: Served,
    command: Command,
    ranges: Ranges,
    resolve: (results: Int32Array) => void,
  ) {
    this.#engine = engine;
    this.#file = file;
    this.#command = command;
    this.#ranges = ranges;
    this.#results = new Int32Array(ranges.count);
    this.#resolve = resolve;
    this.#rangeOf = new Array<number>(Math.min(LANES, ranges.count)).fill(-1);
    // For all of them together: the descriptor stays open, and a sync waits.
    file.begin();
    this.#epoch = command.reads ? null : file.writes.enter();
  }

  start(): void {
    this.#isStarting = true;
    for (let lane = 0; lane < this.#rangeOf.length; lane++) this.#startNext(lane);
    this.#isStarting = false;
    this.#endIfDone();
  }

  settled(lane: number, outcome: number): void {
    this.#underWay--;
    this.#results[this.#rangeOf[lane]!] = outcome;
    this.#startNext(lane);
    this.#endIfDone();
  }

  leftToNode(lane: number, result: unknown): void {
    void transferred(result).then((outcome) => {
      this.settled(lane, outcome);
    });
  }

  /** Nobody waits any more: what can be taken back is, and nothing more is begun. */
  abandon(): void {
    this.#next = this.#ranges.count;
    for (const [lane, operation] of this.#operations.entries()) {
      if (this.#engine.abandon(operation, this.#generations[lane]!)) this.#underWay--;
    }
    this.#endIfDone();
  }

  #startNext(lane: number): void {
    const { count, lengths } = this.#ranges;
    while (this.#next < count) {
      const index = this.#next++;
      // Nothing to transfer, as Node has it: neither the file nor the position is looked at.
      if (lengths[index] === 0) continue;
      const address = this.#ranges.address(index);
      if (address !== undefined) {
        this.#begin(lane, index, address);
        return;
      }
      this.#results[index] = -EFAULT;
    }
  }

  #begin(lane: number, index: number, address: number): void {
    const { lengths, positions, offsets } = this.#ranges;
    const operation = this.#engine.create();
    operation.command = this.#command;
    operation.file = this.#file;
    operation.memory = this.#ranges.view(index);
    operation.viewOffset = offsets[index]!;
    operation.address = address;
    operation.nbytes = operation.bytes = lengths[index]!;
    operation.offset = positions[index]!;
    operation.epoch = this.#epoch === null ? null : this.#file.writes.join(this.#epoch);
    operation.group = this;
    operation.member = lane;
    this.#rangeOf[lane] = index;
    this.#operations[lane] = operation;
    this.#generations[lane] = operation.generation;
    this.#underWay++;
    this.#engine.start(operation);
  }

  #endIfDone(): void {
    if (this.#hasEnded || this.#isStarting) return;
    if (this.#underWay > 0 || this.#next < this.#ranges.count) return;
    this.#hasEnded = true;
    if (this.#epoch !== null) this.#file.writes.leave(this.#epoch);
    this.#file.end();
    this.#resolve(this.#results);
  }
}
