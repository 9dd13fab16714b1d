// Names native objects to JavaScript by small numbers, so that a hot call passes an integer and
// not an object to unwrap, and so that no number from JavaScript is ever taken for a pointer.
//
// Owner: an Environment. Thread: that environment's. An entry goes when the JavaScript object that
// it was added with has been collected.
#ifndef AIO_BIND_ADDON_REGISTRY_H_
#define AIO_BIND_ADDON_REGISTRY_H_

#include <napi.h>

#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

namespace aio_bind::addon {

template <typename T>
class Registry {
 public:
  // `keeper` owns this registry and is kept alive until the entry has gone. Adds nothing where it
  // throws.
  template <typename Keeper>
  uint32_t Add(Napi::Object js, std::shared_ptr<T> object, std::shared_ptr<Keeper> keeper) {
    const uint32_t id = Place(std::move(object));
    try {
      js.AddFinalizer([this, id, keeper = std::move(keeper)](Napi::Env, T*) { Remove(id); },
                      objects_[id - 1].get());
    } catch (...) {
      Remove(id);
      throw;
    }
    return id;
  }

  // Null where `id` names nothing.
  const std::shared_ptr<T>& Find(uint32_t id) const {
    return id - 1 < objects_.size() ? objects_[id - 1] : nothing_;
  }

  const std::vector<std::shared_ptr<T>>& all() const { return objects_; }

 private:
  uint32_t Place(std::shared_ptr<T> object) {
    if (free_.empty()) {
      // So that Remove() needs no memory: nobody hears of a finalizer's failure.
      if (free_.capacity() <= objects_.size()) free_.reserve(2 * objects_.size() + 8);
      objects_.push_back(std::move(object));
      return static_cast<uint32_t>(objects_.size());  // 0 names nothing
    }
    const uint32_t id = free_.back();
    free_.pop_back();
    objects_[id - 1] = std::move(object);
    return id;
  }

  void Remove(uint32_t id) noexcept {
    objects_[id - 1] = nullptr;
    free_.push_back(id);
  }

  const std::shared_ptr<T> nothing_;
  std::vector<std::shared_ptr<T>> objects_;
  std::vector<uint32_t> free_;
};

}  // namespace aio_bind::addon

#endif  // AIO_BIND_ADDON_REGISTRY_H_
