#include "reszoo/train/report.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "reszoo/base/safe_file.h"

namespace reszoo {
namespace {

constexpr const char* style = R"(
:root { color-scheme: light dark; --ink: #1c2430; --soft: #667085; --line: #e3e7ee; --page: #f7f8fa; --card: #fff; --mark: #2563eb; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e6eaf0; --soft: #98a2b3; --line: #2c3440; --page: #12161c; --card: #1a2028; --mark: #7aa7ff; } }
body { margin: 2rem auto; max-width: 62rem; padding: 0 1rem; font: 15px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--page); }
h1 { font-size: 1.5rem; } h2 { font-size: 1.05rem; margin: 2rem 0 .6rem; }
.curves { display: grid; grid-template-columns: repeat(auto-fit, minmax(19rem, 1fr)); gap: 1rem; }
figure { margin: 0; padding: 1rem; background: var(--card); border: 1px solid var(--line); border-radius: 8px; }
figcaption { font-weight: 600; } figcaption span { font-weight: 400; color: var(--soft); float: right; }
svg { width: 100%; height: auto; } svg text { font-size: 11px; fill: var(--soft); }
.grid { stroke: var(--line); } .curve { fill: none; stroke: var(--mark); stroke-width: 2; stroke-linejoin: round; } .dot { fill: var(--mark); }
table { border-collapse: collapse; background: var(--card); } th, td { padding: .35rem .9rem; border: 1px solid var(--line); text-align: left; }
td.number { text-align: right; font-variant-numeric: tabular-nums; }
pre { padding: .8rem 1rem; background: var(--card); border: 1px solid var(--line); border-radius: 8px; overflow-x: auto; }
)";

std::string escape(const std::string& text) {
  std::string safe;
  for (const char c : text) switch (c) {
      case '&': safe += "&amp;"; break;
      case '<': safe += "&lt;"; break;
      case '>': safe += "&gt;"; break;
      case '"': safe += "&quot;"; break;
      default: safe += c;
    }
  return safe;
}

/// One value per epoch, drawn.
struct Curve {
  std::string name;
  std::vector<double> values;
};

/// The plot's area in the units of its viewBox.
constexpr double left = 52, right = 388, top = 10, bottom = 190;

/// Marks on an axis from `low` to `high`: multiples of 1, 2 or 5 times a power of ten.
std::vector<double> ticks(double low, double high) {
  const double rough = (high - low) / 4;
  const double power = std::pow(10, std::floor(std::log10(rough)));
  const double step = power * (rough / power <= 2 ? 2 : rough / power <= 5 ? 5 : 10);
  std::vector<double> marks;
  for (double k = std::ceil(low / step); k * step <= high; ++k) marks.push_back(k * step + 0.0);  // + 0: never "-0"
  return marks;
}

std::string axes(double low, double high, size_t epochs) {
  std::string svg;
  for (const double at : ticks(low, high)) {
    const double y = bottom - (at - low) / (high - low) * (bottom - top);
    svg += fmt::format(R"(<line class="grid" x1="{0}" x2="{1}" y1="{2:.1f}" y2="{2:.1f}"/>)", left, right, y);
    svg += fmt::format(R"(<text x="{}" y="{:.1f}" text-anchor="end">{:.4g}</text>)", left - 6, y + 4, at);
  }
  svg += fmt::format(R"(<text x="{}" y="{}">1</text>)", left, bottom + 16);
  svg += fmt::format(R"(<text x="{}" y="{}" text-anchor="middle">epoch</text>)", (left + right) / 2, bottom + 16);
  if (epochs > 1) svg += fmt::format(R"(<text x="{}" y="{}" text-anchor="end">{}</text>)", right, bottom + 16, epochs);
  return svg;
}

/// The line and a dot per epoch. Values that are no numbers (a metric that is not
/// defined) leave a gap.
std::string plot(const std::vector<double>& values, double low, double high) {
  const auto last = static_cast<double>(std::max<size_t>(values.size() - 1, 1));
  std::string line, dots;
  bool drawing = false;
  for (size_t i = 0; i < values.size(); ++i) {
    const double x = left + static_cast<double>(i) / last * (right - left);
    const double y = bottom - (values[i] - low) / (high - low) * (bottom - top);
    if (std::isfinite(y)) {
      line += fmt::format("{}{:.1f} {:.1f}", drawing ? "L" : "M", x, y);
      dots += fmt::format(R"(<circle class="dot" cx="{:.1f}" cy="{:.1f}" r="2.5">)", x, y);
      dots += fmt::format("<title>epoch {}: {:.6g}</title></circle>", i + 1, values[i]);
    }
    drawing = std::isfinite(y);
  }
  return fmt::format(R"(<path class="curve" d="{}"/>)", line) + dots;
}

std::string draw(const Curve& curve) {
  std::vector<double> finite;
  for (const double value : curve.values)
    if (std::isfinite(value)) finite.push_back(value);
  if (finite.empty()) return "";
  const auto [least, most] = std::minmax_element(finite.begin(), finite.end());
  const double margin = *most > *least ? (*most - *least) * 0.05 : std::max(std::abs(*most) * 0.05, 1e-9);
  const double low = *least - margin, high = *most + margin;

  const auto name = escape(curve.name);
  auto html = fmt::format("<figure><figcaption>{}<span>{:.5g}</span></figcaption>", name, finite.back());
  html += fmt::format(R"(<svg viewBox="0 0 400 212" role="img" aria-label="{} per epoch">)", name);
  return html + axes(low, high, curve.values.size()) + plot(curve.values, low, high) + "</svg></figure>\n";
}

std::string curves(const std::vector<EpochRecord>& history) {
  if (history.empty()) return "<p>No epoch was finished.</p>";
  std::vector<Curve> all{{"training loss", {}}};
  for (const auto& metric : history.front().metrics) all.push_back({"validation " + metric.first, {}});
  for (const auto& record : history) {
    all[0].values.push_back(record.loss);
    for (size_t i = 1; i < all.size(); ++i) all[i].values.push_back(record.metrics.at(i - 1).second);
  }
  std::string html = "<div class=\"curves\">\n";
  for (const auto& curve : all) html += draw(curve);
  return html + "</div>";
}

std::string results_table(const std::vector<std::pair<std::string, Metrics>>& results) {
  std::string html = "<table>\n";
  for (const auto& [split, metrics] : results)
    for (const auto& [name, value] : metrics)
      html += fmt::format("<tr><th>{}</th><td>{}</td><td class=\"number\">{}</td></tr>\n", escape(split), escape(name),
                          std::isfinite(value) ? fmt::format("{:.6g}", value) : "not defined");
  return html + "</table>";
}

std::string settings_table(const std::vector<std::pair<std::string, std::string>>& settings) {
  std::string html = "<table>\n";
  for (const auto& [name, value] : settings)
    html += fmt::format("<tr><th>{}</th><td>{}</td></tr>\n", escape(name), escape(value));
  return html + "</table>";
}

}  // namespace

void write_report(const std::filesystem::path& path, const ReportData& data) {
  auto html = fmt::format(R"(<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>{0}</title><style>{1}</style></head><body>
<h1>{0}</h1>
)",
                          escape(data.title), style);
  html += curves(data.history) + "\n";
  if (!data.results.empty()) html += "<h2>Results</h2>\n" + results_table(data.results) + "\n";
  if (!data.command.empty()) html += "<h2>Command</h2>\n<pre>" + escape(data.command) + "</pre>\n";
  if (!data.settings.empty()) html += "<h2>Settings</h2>\n" + settings_table(data.settings) + "\n";
  write_file(path, html + "</body></html>\n");
}

}  // namespace reszoo
