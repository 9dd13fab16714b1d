// The least that a test needs: CASE("a claim in the present tense") { EXPECT_EQ(got, expected); }
//
// kernel_test --list prints the claims, kernel_test "<claim>" runs one: it exits with 0, with 1
// after printing each expectation that failed, or with 77 and a reason where this machine cannot
// run it. kernel_test alone runs all, each in a process of its own, and kernel_test --each does so
// for those that standard input names, several at once, for another program to read (run_each.h).
#ifndef AIO_BIND_TEST_HARNESS_H_
#define AIO_BIND_TEST_HARNESS_H_

#include <concepts>
#include <cstring>
#include <sstream>
#include <string>
#include <utility>

namespace aio_bind::test {

inline constexpr int kSkipped = 77;  // the exit status that automake and CTest know

struct Stop {};  // thrown by REQUIRE_*, which has said why
struct Skip {
  std::string reason;
};

class Case {
 public:
  Case(const char* title, void (*body)());
};

void Fail(const char* file, int line, const std::string& what);

template <typename T>
std::string Show(const T& value) {
  std::ostringstream text;
  text << value;
  if constexpr (std::signed_integral<T>) {
    if (value < 0 && value > -4096) text << " (" << std::strerror(static_cast<int>(-value)) << ")";
  }
  return text.str();
}

template <typename T>
concept Number = std::integral<T> && !std::same_as<T, bool> && !std::same_as<T, char>;

template <typename A, typename B>
bool Equal(const A& a, const B& b) {
  if constexpr (Number<A> && Number<B>) {
    return std::cmp_equal(a, b);  // -1 is not 0xffffffff
  } else {
    return a == b;
  }
}

template <typename A, typename B>
bool ExpectEqual(const A& got, const B& expected, const char* expression, const char* file,
                 int line) {
  if (Equal(got, expected)) return true;
  Fail(file, line, std::string(expression) + " is " + Show(got) + ", expected " + Show(expected));
  return false;
}

}  // namespace aio_bind::test

// Numbered, since several files may be compiled as one.
#define CASE_WITH_NUMBER(title, number)                                 \
  void CaseNumber##number();                                            \
  const aio_bind::test::Case case_##number(title, &CaseNumber##number); \
  void CaseNumber##number()
#define CASE_NUMBERED(title, number) CASE_WITH_NUMBER(title, number)
#define CASE(title) CASE_NUMBERED(title, __COUNTER__)

#define EXPECT_EQ(got, expected) \
  aio_bind::test::ExpectEqual((got), (expected), #got, __FILE__, __LINE__)
#define EXPECT(condition) \
  ((condition) ? true : (aio_bind::test::Fail(__FILE__, __LINE__, #condition " is false"), false))
#define REQUIRE_EQ(got, expected) (EXPECT_EQ(got, expected) ? void() : throw aio_bind::test::Stop())
#define REQUIRE(condition) (EXPECT(condition) ? void() : throw aio_bind::test::Stop())
#define SKIP(reason) throw aio_bind::test::Skip(reason)

#endif  // AIO_BIND_TEST_HARNESS_H_
