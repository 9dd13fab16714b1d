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
// must be a handler: an empty one is installed where there is none (and left there: it changes
// nothing else). Kernel AIO turns an interrupted wait into EINTR and never restarts it, whatever
// SA_RESTART says (aio_rw_done() in fs/aio.c), so another's handler does as well.
void InterruptSystemCall(pthread_t thread);

}  // namespace aio_bind::addon

#endif  // AIO_BIND_ADDON_INTERRUPT_H_
