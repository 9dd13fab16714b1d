#include "interrupt.h"

namespace aio_bind::addon {

AllSignalsBlocked::AllSignalsBlocked() {
  sigset_t blocked;
  sigfillset(&blocked);
  sigdelset(&blocked, SIGURG);
  pthread_sigmask(SIG_SETMASK, &blocked, &before_);
}

AllSignalsBlocked::~AllSignalsBlocked() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

void InterruptSystemCall(pthread_t thread) {
  // Each time, since Node puts the default back when a program removes its own SIGURG listener.
  struct sigaction current = {};
  sigaction(SIGURG, nullptr, &current);
  const bool default_or_ignored = (current.sa_flags & SA_SIGINFO) == 0 &&
                                  (current.sa_handler == SIG_DFL || current.sa_handler == SIG_IGN);
  if (default_or_ignored) {
    struct sigaction empty = {};
    empty.sa_handler = [](int) {};
    sigaction(SIGURG, &empty, nullptr);
  }
  pthread_kill(thread, SIGURG);
}

}  // namespace aio_bind::addon
