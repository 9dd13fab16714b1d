// Ends an interruptible wait inside a system call of one of our own threads.
#ifndef AIO_BIND_ADDON_INTERRUPT_H_
#define AIO_BIND_ADDON_INTERRUPT_H_

#include <pthread.h>

#include <csignal>

namespace aio_bind::addon {

// Threads that are created while this lives block all signals but the one that InterruptSystemCall
// sends; so signals that are meant for the process go to Node's threads.
class AllSignalsBlocked {
 public:
  AllSignalsBlocked();
  AllSignalsBlocked(const AllSignalsBlocked&) = delete;
  AllSignalsBlocked& operator=(const AllSignalsBlocked&) = delete;
  ~AllSignalsBlocked();

 private:
  sigset_t before_ = {};
};

// Sends SIGURG, which does nothing to a process by default. For that to interrupt anything there
// must be a handler: an empty one is installed where there is none, and left there. Kernel AIO
// turns an interrupted wait into EINTR and never restarts it, whatever SA_RESTART says
// (aio_rw_done() in fs/aio.c), so another's handler does as well.
//
// What the empty one changes is that from then on a SIGURG of somebody else's interrupts the system
// call of the thread that takes it. With SA_RESTART the kernel begins most of them anew; those that
// it never does (poll(2), epoll_wait(2), io_getevents(2), sleeping: signal(7)) give EINTR.
void InterruptSystemCall(pthread_t thread);

}  // namespace aio_bind::addon

#endif  // AIO_BIND_ADDON_INTERRUPT_H_
