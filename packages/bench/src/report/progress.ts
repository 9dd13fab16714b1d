import ora from 'ora';

/** A line on the terminal that says what is being done; silent where there is no terminal. */
export interface Progress extends Disposable {
  say(text: string): void;
}

export function startProgress(): Progress {
  // Input is not discarded: that would keep Ctrl-C from becoming a signal.
  const spinner = ora({ isSilent: !process.stderr.isTTY, discardStdin: false }).start();
  return {
    say(text) {
      spinner.text = text;
    },
    [Symbol.dispose]() {
      spinner.stop();
    },
  };
}
