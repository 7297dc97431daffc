/// Lets threads that wait for others sleep at once. Include it in the file of a program that has `main`, not in a
/// library.
///
/// LibTorch's threads are those of GNU OpenMP (libgomp). At the end of a parallel loop they wait in a busy loop, for
/// three milliseconds. If another program needs the CPU, they take it away from their own fellow threads: beside one
/// busy process on two CPUs, a training on two threads takes several times as long; see docs/design.md.
///
/// libgomp reads OMP_WAIT_POLICY before `main`, when it is loaded, so a program cannot set it for itself in `main`.
/// This header adds a function that runs even earlier. It sets OMP_WAIT_POLICY=passive unless the environment has that
/// variable or GOMP_SPINCOUNT. A program that does not include it can be started with `OMP_WAIT_POLICY=passive`.
///
/// It is for executables on Linux with glibc; elsewhere it does nothing.
#pragma once
#if __has_include(<features.h>)
#include <features.h>
#endif

#if defined(__linux__) && defined(__GLIBC__)

namespace reszoo::detail {

// The environment cannot grow so early: glibc itself is not initialised, and would reset `environ`. So one variable
// that nobody reads while libraries are loaded lends its place until the program's own initialisation.
inline char** lent_place = nullptr;
inline char* lent_variable = nullptr;

/// Returns whether `NAME=value` begins with `NAME=`. No function of the C library may be called yet.
__attribute__((no_sanitize("address"), no_sanitize("undefined"))) inline bool begins_with(const char* text,
                                                                                          const char* name) {
  for (; *name; ++text, ++name)
    if (*text != *name) return false;
  return true;
}

__attribute__((no_sanitize("address"), no_sanitize("undefined"))) inline void set_wait_policy(int, char**,
                                                                                              char** environment) {
  static char policy[] = "OMP_WAIT_POLICY=passive";
  static constexpr const char* kLenders[] = {
      "_=", "SHLVL=", "OLDPWD=", "PWD=", "TERM=", "HOSTNAME=", "USER=", "HOME=", "PATH="};
  for (char** variable = environment; *variable; ++variable) {
    if (begins_with(*variable, "OMP_WAIT_POLICY=") || begins_with(*variable, "GOMP_SPINCOUNT=")) {
      lent_place = nullptr;
      return;
    }
    for (const char* name : kLenders)
      if (begins_with(*variable, name)) lent_place = variable;
  }
  if (!lent_place) return;
  lent_variable = *lent_place;
  *lent_place = policy;
}

inline const bool place_returned = [] {
  if (lent_variable) *lent_place = lent_variable;
  return true;
}();

}  // namespace reszoo::detail

namespace {
__attribute__((section(".preinit_array"),
               used)) void (*const reszoo_set_wait_policy)(int, char**, char**) = reszoo::detail::set_wait_policy;
}  // namespace

#endif
