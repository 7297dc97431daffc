#include <ATen/ATen.h>
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "page.h"
#include "report_parts.h"
#include "reszoo/base/base64.h"
#include "reszoo/base/error.h"

namespace reszoo::page {
namespace {

constexpr int64_t side = 160;  // of an image on the page, in CSS pixels

/// Returns the width and height from a PNG file's header.
std::pair<int64_t, int64_t> size_of(const Mistake& mistake) {
  const std::string_view head = mistake.png;
  if (head.size() < 24 || !head.starts_with("\x89PNG\r\n\x1a\n"))
    fail(ErrorKind::input, "report: image of \"{}\" must be a PNG file, got {} bytes", mistake.name, head.size());
  const auto number = [&](size_t at) {
    int64_t value = 0;
    for (size_t i = at; i < at + 4; ++i) value = value << 8 | static_cast<uint8_t>(head[i]);
    return std::max<int64_t>(value, 1);
  };
  return {number(16), number(20)};
}

/// Embeds an image in the page. The browser enlarges small images by an integer factor, so that all pixels have the
/// same size, and the page stores 28 x 28 pixels and not 25 times as many.
std::string image(const Mistake& mistake) {
  if (mistake.png.empty()) return "";
  const auto [width, height] = size_of(mistake);
  const auto factor = std::max<int64_t>(side / std::max(width, height), 1);
  return fmt::format(R"(<img src="data:image/png;base64,{}" width="{}" height="{}"{} alt="{} taken for {}">)",
                     base64(mistake.png), factor * width, factor * height, factor > 1 ? R"( class="enlarged")" : "",
                     escape(shortened(mistake.truth, 100)), escape(shortened(mistake.guess, 100)));
}

/// Returns the end of a path, which is more informative than its beginning; the whole path is the tooltip.
std::string ending(std::string_view path, size_t most) {
  size_t characters = 0, from = path.size();
  while (from > 0 && characters < most)
    if ((static_cast<unsigned char>(path[--from]) & 0xC0) != 0x80) ++characters;  // first byte of a UTF-8 character
  if (from == 0) return fmt::format("<small>{}</small>", escape(path));
  return fmt::format(R"(<small title="{}">…{}</small>)", escape(shortened(path, 400)), escape(path.substr(from)));
}

/// Formats a percentage that is never rounded to 0 or 100 %.
std::string chance(double probability) {
  if (probability > 0 && probability < 1e-5) return "&lt;\u00A00.001\u00A0%";
  if (probability < 1 && probability > 0.9999) return "&gt;\u00A099.99\u00A0%";
  return percent(probability);
}

std::string box(const Mistake& mistake) {
  const auto line = [](const char* word, const std::string& of_class, double probability) {
    return fmt::format("<div>{} <b>{}</b> <span>{}</span></div>", word, name(of_class, 40),
                       std::isnan(probability) ? "" : chance(probability));
  };
  return fmt::format("<figure>{}<figcaption>{}{}{}</figcaption></figure>\n", image(mistake),
                     line("true", mistake.truth, mistake.truth_probability),
                     line("guessed", mistake.guess, mistake.guess_probability), ending(mistake.name, 40));
}

int64_t shown(const std::vector<Mistake>& mistakes) { return std::min(std::ssize(mistakes), most_mistakes); }

}  // namespace

std::string mistakes(const ReportData& data) {
  if (!data.mistakes) return "";
  if (data.mistakes->empty()) return "<p>None: every guess is right.</p>\n";
  std::string html = "<div class=\"mistakes\">\n";
  for (int64_t i = 0; i < shown(*data.mistakes); ++i) html += box((*data.mistakes)[static_cast<size_t>(i)]);
  return html + "</div>\n";
}

std::string mistakes_shown(const ReportData& data) {
  if (!data.mistakes || data.mistakes->empty()) return "";
  if (!data.regression.empty()) return fmt::format("The {} largest errors.", shown(*data.mistakes));
  if (data.classes.size() > 1) return "Wrong guesses with the largest log loss, the worst first.";
  auto wrong = std::ssize(*data.mistakes);
  if (data.classes.size() == 1) {
    const auto rows = classified(data.classes.front());
    wrong = rows.guess.ne(rows.truth).sum().item<int64_t>();
  }
  const auto here = shown(*data.mistakes);
  const auto which =
      here == wrong ? fmt::format("All {} wrong guesses", wrong)
                    : fmt::format("Of {} wrong guesses the {} that give the true class the least", count(wrong), here);
  return which + ", with the probabilities of both classes.";
}

}  // namespace reszoo::page
