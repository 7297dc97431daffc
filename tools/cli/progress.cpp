#include "progress.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>

#include "reszoo/base/duration.h"

namespace reszoo::cli {
namespace {

constexpr auto kBetween = std::chrono::milliseconds(100);

std::string metrics_text(const Progress& p, const char* unit) {
  auto text = fmt::format("loss {:.4f}", p.loss);
  for (const auto& [name, value] : p.metrics) text += fmt::format("  {} {:.4g}", name, value);
  return text + fmt::format("  {:.0f} {}/s  {} left", p.items_per_second, unit, duration_text(p.seconds_left));
}

}  // namespace

ProgressLine::ProgressLine(const char* unit, bool heard)
    : unit_(unit), heard_(heard), terminal_(heard && isatty(STDERR_FILENO) != 0) {}

void ProgressLine::clear() {
  if (shown_) fmt::print(stderr, "\r\033[K");
  shown_ = false;
}

void ProgressLine::step(const Progress& p) {
  const auto now = std::chrono::steady_clock::now();
  if (!terminal_ || now - last_ < kBetween) return;
  last_ = now;
  clear();
  fmt::print(stderr, "epoch {}/{}  step {}/{}  {}", p.epoch, p.epochs, p.step, p.steps, metrics_text(p, unit_));
  std::fflush(stderr);
  shown_ = true;
}

void ProgressLine::epoch(const Progress& p) {
  if (!heard_) return;
  clear();
  fmt::print(stderr, "epoch {}/{}  {}\n", p.epoch, p.epochs, metrics_text(p, unit_));
}

void ProgressLine::say(const std::string& line) {
  if (!heard_) return;
  clear();
  fmt::print(stderr, "{}\n", line);
}

}  // namespace reszoo::cli
