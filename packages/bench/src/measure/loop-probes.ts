import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { monitorEventLoopDelay, type IntervalHistogram } from 'node:perf_hooks';
import { recordedValues } from './recorded-values.js';
import { Recorder } from './recorder.js';
import type { Distribution } from './sample.js';

const MILLISECOND = 1;
/** In a millisecond. */
const NANOSECONDS = 1e6;

/**
 * Waits of somebody who asks each millisecond. Who asks again only when they have been served is kept waiting once by
 * a stall of 50 ms, however many others would have come meanwhile, and no percentile would know of it: they count, too.
 */
class Waits extends Recorder {
  readonly add = (milliseconds: number): void => this.recordAll(milliseconds, MILLISECOND);
}

/** One byte to a server on loopback, in this process, and back. */
class EchoProbe {
  readonly echo = new Waits();
  #server: Server | undefined;
  #client: Socket | undefined;
  /** When what is under way was to be sent; there is one byte at a time. */
  #dueAt: number | undefined;
  #whenBack: (() => void) | undefined;

  async start(): Promise<void> {
    const server = createServer((socket) => {
      socket.setNoDelay(true).on('data', (data) => socket.write(data));
      socket.on('error', () => undefined);
    });
    this.#server = server;
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const client = connect(port, '127.0.0.1').setNoDelay(true);
    this.#client = client;
    await once(client, 'connect');
    client.on('data', () => {
      this.echo.add(performance.now() - this.#dueAt!);
      this.#dueAt = undefined;
      this.#whenBack?.();
    });
  }

  /** Sends a byte, unless one is under way. From outside it would have come at its time, however late the loop is. */
  send(dueAt: number): void {
    if (this.#dueAt !== undefined) return;
    this.#dueAt = dueAt;
    this.#client?.write('.');
  }

  /** Waits for the byte that is under way: it may be the latest of all. */
  async stop(): Promise<void> {
    if (this.#dueAt !== undefined) await new Promise<void>((back) => (this.#whenBack = back));
    this.#whenBack = undefined;
    this.#client?.destroy();
    this.#server?.close();
  }
}

/** A timer of a millisecond, again and again; from each a `setImmediate`, and a byte on its way. */
class TimerProbe {
  /**
   * From one to the next. When one is due the loop knows in whole milliseconds only, so that it comes up to one early
   * or late by any other clock; what is early is made up for by the next, which is why nothing is cut off at 0.
   */
  readonly interval = new Waits();
  readonly immediate = new Waits();
  readonly #sendByte: (dueAt: number) => void;
  #lastAt = 0;
  #whenLast: (() => void) | undefined;

  constructor(sendByte: (dueAt: number) => void) {
    this.#sendByte = sendByte;
  }

  start(): void {
    this.#whenLast = undefined;
    this.#lastAt = performance.now();
    this.#set();
  }

  #set(): void {
    setTimeout(() => {
      const now = performance.now();
      this.interval.add(now - this.#lastAt);
      this.#sendByte(Math.min(now, this.#lastAt + MILLISECOND));
      this.#lastAt = now;
      const isLast = this.#whenLast !== undefined;
      setImmediate(() => {
        this.immediate.add(performance.now() - now);
        if (isLast) this.#whenLast?.();
      });
      if (!isLast) this.#set();
    }, MILLISECOND);
  }

  /** Waits for the timer that is set: it may be the latest of all. */
  stop(): Promise<void> {
    return new Promise((resolve) => (this.#whenLast = resolve));
  }
}

/** How the loop fared, in milliseconds. */
interface Watched {
  readonly distributions: Readonly<Record<string, Distribution>>;
  readonly figures: Readonly<Record<string, number>>;
}

/** Watches, from each start to the next stop, how punctually this process's event loop serves timers, immediates and sockets. */
export class LoopProbes {
  readonly #echo = new EchoProbe();
  readonly #timers = new TimerProbe((dueAt) => this.#echo.send(dueAt));
  readonly #delay = new Waits();
  /** Of what runs between start and stop; enabling it again would forget what it has. */
  #running: IntervalHistogram | undefined;

  async start(): Promise<void> {
    await this.#echo.start();
    this.#timers.start();
    this.#running = monitorEventLoopDelay({ resolution: MILLISECOND });
    this.#running.enable();
  }

  async stop(): Promise<void> {
    await this.#timers.stop();
    this.#keep();
    await this.#echo.stop();
  }

  /** Each delay by itself, since Node cannot add the one kind of histogram to the other. */
  #keep(): void {
    const running = this.#running;
    if (running === undefined) return;
    running.disable();
    for (const value of recordedValues(running)) this.#delay.add(value / NANOSECONDS);
  }

  get watched(): Watched {
    const { p999, max } = this.#delay.distribution;
    return {
      distributions: {
        // How late they are.
        timer: this.#timers.interval.beyond(MILLISECOND),
        immediate: this.#timers.immediate.distribution,
        echo: this.#echo.echo.distribution,
      },
      figures: {
        loopDelayP999Ms: p999 / 1e3,
        loopDelayMaxMs: max / 1e3,
      },
    };
  }
}
