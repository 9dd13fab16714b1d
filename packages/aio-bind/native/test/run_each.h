// Runs cases in processes of their own, so that none can disturb another or take it along.
#ifndef AIO_BIND_TEST_RUN_EACH_H_
#define AIO_BIND_TEST_RUN_EACH_H_

#include <functional>
#include <string>
#include <vector>

namespace aio_bind::test {

// What came of a case. In the output of --each, these four, each with a zero byte behind it.
struct Ended {
  std::string title;
  std::string status;  // the exit status, or "signal N"
  std::string out;
  std::string err;
};

// `jobs` at once, started in this order; `report` gets each as it ends. What is in `under`, say
// valgrind, stands before the program on the command line. None outlives this process.
void RunEach(const std::vector<std::string>& titles, int jobs,
             const std::vector<std::string>& under,
             const std::function<void(const Ended&)>& report);

}  // namespace aio_bind::test

#endif  // AIO_BIND_TEST_RUN_EACH_H_
