// The globals that a pickle of weights never names, but one that runs commands does.
#include <algorithm>
#include <array>

#include "pickle.h"
#include "reszoo/base/error.h"
#include "reszoo/base/text.h"

namespace reszoo {
namespace {

constexpr std::array kModules = {"posix.",  "nt.",       "os.",     "subprocess.", "sys.",
                                 "socket.", "shutil.",   "pty.",    "importlib.",  "runpy.",
                                 "ctypes.", "commands.", "popen2.", "webbrowser."};

constexpr std::array kBuiltins = {"eval", "exec", "compile", "execfile", "open", "__import__", "input", "breakpoint"};

bool is_builtin(std::string_view global) {
  for (const std::string_view module : {"builtins.", "__builtin__."})
    if (global.starts_with(module))
      return std::find(kBuiltins.begin(), kBuiltins.end(), global.substr(module.size())) != kBuiltins.end();
  return false;
}

}  // namespace

void check_global(std::string_view global, const std::string& source) {
  const bool runs =
      is_builtin(global) || std::any_of(kModules.begin(), kModules.end(),
                                        [&](const std::string_view module) { return global.starts_with(module); });
  if (runs)
    fail(ErrorKind::file, "{}: the pickle names {}, which weights have no need of; nothing of it was run", source,
         escaped(global));
}

}  // namespace reszoo
