import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { createHistogram, monitorEventLoopDelay, type IntervalHistogram } from 'node:perf_hooks';
import { Recorder } from './recorder.js';
import type { Distribution } from './sample.js';

const MILLISECOND = 1;
const PERCENT_999 = 99.9;

/** A timer of a millisecond, again and again, and how late it comes; and a `setImmediate` from each. */
class TimerProbe {
  readonly timer = new Recorder();
  readonly immediate = new Recorder();
  #whenLast: (() => void) | undefined;

  start(): void {
    this.#whenLast = undefined;
    this.#set();
  }

  #set(): void {
    const due = performance.now() + MILLISECOND;
    setTimeout(() => {
      const now = performance.now();
      this.timer.record(Math.max(0, now - due));
      const isLast = this.#whenLast !== undefined;
      setImmediate(() => {
        this.immediate.record(performance.now() - now);
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

/** One byte to a server on loopback, in this process, and back; again at once. */
class EchoProbe {
  readonly echo = new Recorder();
  #server: Server | undefined;
  #client: Socket | undefined;

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
    let sentAt = performance.now();
    client.on('data', () => {
      this.echo.record(performance.now() - sentAt);
      setTimeout(() => {
        sentAt = performance.now();
        if (!client.destroyed) client.write('.');
      }, MILLISECOND);
    });
    client.write('.');
  }

  stop(): void {
    this.#client?.destroy();
    this.#server?.close();
  }
}

/** How the loop fared, in milliseconds. */
interface Watched {
  readonly distributions: Readonly<Record<string, Distribution>>;
  readonly figures: Readonly<Record<string, number>>;
}

/** Watches, from each start to the next stop, how punctually this process's event loop serves timers, immediates and sockets. */
export class LoopProbes {
  readonly #timers = new TimerProbe();
  readonly #echo = new EchoProbe();
  readonly #delay = createHistogram();
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
    this.#echo.stop();
  }

  /** Each delay by itself, since Node cannot add the one kind of histogram to the other. */
  #keep(): void {
    const running = this.#running;
    if (running === undefined) return;
    running.disable();
    for (let i = 0; i < running.count; i++) {
      this.#delay.record(running.percentile(((i + 0.5) / running.count) * 100));
    }
  }

  get watched(): Watched {
    return {
      distributions: {
        timer: this.#timers.timer.distribution,
        immediate: this.#timers.immediate.distribution,
        echo: this.#echo.echo.distribution,
      },
      figures: {
        loopDelayP999Ms: this.#delay.percentile(PERCENT_999) / 1e6,
        loopDelayMaxMs: this.#delay.max / 1e6,
      },
    };
  }
}
