#include "harness.h"

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <vector>

#include "run_each.h"

namespace aio_bind::test {
namespace {

constexpr int kPassed = 0;
constexpr int kFailed = 1;
constexpr int kUsage = 2;

struct Entry {
  const char* title;
  void (*body)();
};

// A function's own static: cases register while other files' statics are still being made.
std::vector<Entry>& Entries() {
  static std::vector<Entry> entries;
  return entries;
}

// Expectations may fail on any thread.
std::atomic<bool>& Failed() {
  static std::atomic<bool> failed = false;
  return failed;
}

int RunOne(const Entry& entry) {
  try {
    entry.body();
  } catch (const Skip& skip) {
    std::printf("%s\n", skip.reason.c_str());
    if (!Failed()) return kSkipped;
  } catch (const Stop&) {
    Failed() = true;  // Fail() has printed why
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s: %s\n", entry.title, error.what());
    Failed() = true;
  }
  return Failed() ? kFailed : kPassed;
}

std::vector<std::string> Titles() {
  std::vector<std::string> titles;
  for (const Entry& entry : Entries()) titles.emplace_back(entry.title);
  return titles;
}

int RunAll() {
  int passed = 0;
  int skipped = 0;
  int failed = 0;
  RunEach(Titles(), 1, {}, [&](const Ended& ended) {
    const bool skip = ended.status == std::to_string(kSkipped);
    const bool pass = ended.status == std::to_string(kPassed);
    if (pass) ++passed;
    if (skip) ++skipped;
    if (!pass && !skip) ++failed;
    std::fputs(ended.err.c_str(), stderr);
    if (skip) std::printf("  skipped: %s: %s", ended.title.c_str(), ended.out.c_str());
    if (!pass && !skip) std::printf("  FAILED: %s\n", ended.title.c_str());
    std::fflush(stdout);
  });
  std::printf("%d passed, %d failed, %d skipped\n", passed, failed, skipped);
  return failed == 0 ? kPassed : kFailed;
}

// The claims come on standard input, a line each; what came of them goes to standard output.
int RunThoseAskedFor(int jobs, const std::vector<std::string>& under) {
  std::vector<std::string> titles;
  for (std::string line; std::getline(std::cin, line);) titles.push_back(line);
  RunEach(titles, jobs, under, [](const Ended& ended) {
    for (const std::string& part : {ended.title, ended.status, ended.out, ended.err}) {
      std::fwrite(part.c_str(), 1, part.size() + 1, stdout);
    }
    std::fflush(stdout);
  });
  return kPassed;
}

int Run(const std::vector<std::string>& arguments) {
  if (arguments.empty()) return RunAll();
  if (arguments[0] == "--each" && arguments.size() > 1) {
    return RunThoseAskedFor(std::atoi(arguments[1].c_str()),
                            {arguments.begin() + 2, arguments.end()});
  }
  if (arguments.size() == 1 && arguments[0] == "--list") {
    for (const std::string& title : Titles()) std::printf("%s\n", title.c_str());
    return kPassed;
  }
  for (const auto& entry : Entries()) {
    if (arguments.size() == 1 && arguments[0] == entry.title) return RunOne(entry);
  }
  std::fputs("usage: kernel_test [--list | --each <jobs> [<command>...] | <claim>]\n", stderr);
  return kUsage;
}

}  // namespace

Case::Case(const char* title, void (*body)()) { Entries().push_back({title, body}); }

void Fail(const char* file, int line, const std::string& what) {
  Failed() = true;
  std::fprintf(stderr, "%s:%d: %s\n", file, line, what.c_str());
}

}  // namespace aio_bind::test

int main(int argc, char** argv) {
  using namespace aio_bind::test;
  try {
    return Run({argv + 1, argv + argc});
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
  } catch (const Stop&) {
    std::fputs("stopped: see above\n", stderr);
  }
  return kFailed;
}
