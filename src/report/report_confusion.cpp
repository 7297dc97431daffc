#include <ATen/ATen.h>
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "page.h"
#include "report_parts.h"
#include "reszoo/metrics/curves.h"

namespace reszoo::page {
namespace {

constexpr int64_t most_classes = 30;     // of a matrix that is still readable
constexpr int64_t most_class_rows = 30;  // of the table of pairs

/// Returns a cell whose colour depth is its share of the true class.
std::string cell(double rows, double of_class, bool wordy) {
  const double share = of_class > 0 ? rows / of_class : 0;
  auto text = rows == 0 ? std::string("·") : count(std::llround(rows));
  if (wordy && rows > 0) text += fmt::format("<small>{}</small>", percent(share));
  return fmt::format(R"(<td class="{}" style="--p:{:.0f}%" title="{} of the class">{}</td>)",
                     share > 0.55 ? "deep"
                     : rows == 0  ? "none"
                                  : "",
                     4 + 92 * share, percent(share), text);
}

std::string matrix(const ClassPart& part, const Tensor& counts) {
  const auto classes = counts.size(0);
  const bool wordy = classes <= 6, slim = classes > 6;
  std::string html =
      fmt::format(R"(<div class="scroll"><table class="confusion{}"><tr><th>true ╲ guessed</th>)", slim ? " slim" : "");
  const auto heading = [&](int64_t c) { return name(part.classes.at(static_cast<size_t>(c)), slim ? 12 : 18); };
  for (int64_t c = 0; c < classes; ++c) html += fmt::format(R"(<th scope="col"><span>{}</span></th>)", heading(c));
  html += "</tr>\n";
  const auto of_class = counts.sum(1);
  for (int64_t t = 0; t < classes; ++t) {
    html += fmt::format(R"(<tr><th scope="row">{}</th>)", heading(t));
    for (int64_t g = 0; g < classes; ++g) html += cell(counts[t][g].item<double>(), of_class[t].item<double>(), wordy);
    html += "</tr>\n";
  }
  return html + "</table></div>";
}

/// Returns the most frequent confusions, for many classes.
std::string worst_pairs(const ClassPart& part, const Classified& rows) {
  const auto classes = rows.probability.size(1);
  const auto wrong = rows.guess.ne(rows.truth);
  const auto [pairs, unused, counts] =
      at::_unique2((rows.truth * classes + rows.guess).masked_select(wrong), true, false, /*return_counts=*/true);
  const auto [number, order] = counts.sort(/*stable=*/true, /*dim=*/0, /*descending=*/true);
  const auto of_class = at::bincount(rows.truth, {}, classes);
  std::vector<std::vector<std::string>> lines;
  for (int64_t i = 0; i < std::min(most_class_rows, number.size(0)); ++i) {
    const auto pair = pairs[order[i].item<int64_t>()].item<int64_t>(), truth = pair / classes,
               errors = number[i].item<int64_t>();
    lines.push_back({name(part.classes.at(static_cast<size_t>(truth))),
                     name(part.classes.at(static_cast<size_t>(pair % classes))), count(errors),
                     percent(static_cast<double>(errors) / of_class[truth].item<double>())});
  }
  return table({{"true"}, {"guessed"}, {"rows", true}, {"of the class", true}}, lines);
}

}  // namespace

std::string confusion(const ClassPart& part, const Classified& rows) {
  const auto classes = rows.probability.size(1);
  if (classes > most_classes)
    return figure("What is taken for what", "", worst_pairs(part, rows),
                  fmt::format("The most frequent mistakes; a matrix of {} classes could not be read.", count(classes)));
  const auto counts = confusion_matrix(rows.guess, rows.truth, classes);
  auto box = figure("Confusion", "rows", matrix(part, counts),
                    "Stronger colour: a larger share of the true class. A good model has it on the diagonal alone.");
  if (classes > 6) box.insert(box.find('>'), classes > 14 ? " class=\"full\"" : " class=\"wide\"");
  return box;
}

std::string class_table(const ClassPart& part, const Classified& rows) {
  const auto classes = rows.probability.size(1);
  const auto of = [&](const Tensor& some) { return at::bincount(some, {}, classes).to(at::kDouble); };
  const auto there = of(rows.truth), guessed = of(rows.guess),
             hits = of(rows.truth.masked_select(rows.guess.eq(rows.truth)));
  const auto f1 = (2 * hits / (there + guessed)).nan_to_num(0);
  std::vector<int64_t> order(static_cast<size_t>(classes));
  std::iota(order.begin(), order.end(), 0);
  const auto value = [](const Tensor& figures, int64_t c) { return figures.const_data_ptr<double>()[c]; };
  const bool some = classes > most_class_rows;
  if (some) {
    std::stable_sort(order.begin(), order.end(), [&](int64_t a, int64_t b) {
      return value(there, a) - value(hits, a) > value(there, b) - value(hits, b);
    });
    order.resize(most_class_rows);
  }
  std::vector<std::vector<std::string>> lines;
  const auto share = [](double part_of, double whole) { return whole > 0 ? percent(part_of / whole) : "–"; };
  for (const auto c : order)
    lines.push_back({name(part.classes.at(static_cast<size_t>(c)), 22), count(std::llround(value(there, c))),
                     share(value(hits, c), value(guessed, c)), share(value(hits, c), value(there, c)),
                     number(value(f1, c), 3)});
  return figure(
      "By class", "", table({{"class"}, {"rows", true}, {"precision", true}, {"recall", true}, {"F1", true}}, lines),
      some ? fmt::format("The {} of {} classes with the most rows missed.", most_class_rows, count(classes)) : "");
}

}  // namespace reszoo::page
