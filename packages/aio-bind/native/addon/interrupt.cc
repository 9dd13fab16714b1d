#include "interrupt.h"

namespace aio_bind::addon {
namespace {

bool IsHandled(const struct sigaction& action) {
  return (action.sa_flags & SA_SIGINFO) != 0 ||
         (action.sa_handler != SIG_DFL && action.sa_handler != SIG_IGN);
}

void HandleUrgent() {
  struct sigaction current = {};
  sigaction(SIGURG, nullptr, &current);
  if (IsHandled(current)) return;
  struct sigaction empty = {};
  empty.sa_handler = [](int) {};
  empty.sa_flags = SA_RESTART;
  sigaction(SIGURG, &empty, &current);
  // Another thread has installed one since we looked, as libuv does for a listener: it stays.
  if (IsHandled(current)) sigaction(SIGURG, &current, nullptr);
}

}  // namespace

AllSignalsBlocked::AllSignalsBlocked() {
  sigset_t blocked;
  sigfillset(&blocked);
  sigdelset(&blocked, SIGURG);
  pthread_sigmask(SIG_SETMASK, &blocked, &before_);
}

AllSignalsBlocked::~AllSignalsBlocked() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

void InterruptSystemCall(pthread_t thread) {
  // Each time, since Node puts the default back when a program removes its own SIGURG listener.
  HandleUrgent();
  pthread_kill(thread, SIGURG);
}

}  // namespace aio_bind::addon
