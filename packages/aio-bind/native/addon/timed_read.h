// Reads that are told, and tell, by memory that both sides have: an argument of a call takes longer
// to come across than a word in memory, and so does JavaScript's clock.
//
// Owner: the JavaScript TimedRead, through its function and its ArrayBuffer. Thread: its
// environment's.
#ifndef AIO_BIND_ADDON_TIMED_READ_H_
#define AIO_BIND_ADDON_TIMED_READ_H_

#include <napi.h>

namespace aio_bind::addon {

// createTimedRead() -> { words: ArrayBuffer, read() }
Napi::Value CreateTimedRead(const Napi::CallbackInfo& info);

}  // namespace aio_bind::addon

#endif  // AIO_BIND_ADDON_TIMED_READ_H_
