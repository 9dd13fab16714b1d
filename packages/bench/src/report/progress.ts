/** A line on the terminal that says what is being done; silent where there is no terminal. */
export interface Progress extends Disposable {
  say(text: string): void;
}

const SILENT: Progress = { say: () => undefined, [Symbol.dispose]: () => undefined };

export async function startProgress(): Promise<Progress> {
  if (!process.stderr.isTTY) return SILENT;
  const { default: ora } = await import('ora');
  // Input is not discarded: that would keep Ctrl-C from becoming a signal.
  const spinner = ora({ discardStdin: false }).start();
  return {
    say(text) {
      spinner.text = text;
    },
    [Symbol.dispose]() {
      spinner.stop();
    },
  };
}
