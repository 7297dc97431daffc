#include "reszoo/weights/key_map.h"

#include <ATen/ops/cat.h>
#include <ATen/ops/zeros.h>

#include <algorithm>
#include <map>
#include <optional>
#include <regex>
#include <string_view>

namespace reszoo {
namespace {

/// Returns the state_dict with each key changed by `rename`. A key is kept if its new name is already used.
template <typename Rename>
StateDict renamed(const StateDict& state, Rename rename) {
  StateDict result("key");
  for (const auto& item : state) {
    auto key = rename(item.key());
    const bool is_taken = key != item.key() && (state.contains(key) || result.contains(key));
    result.insert(is_taken ? item.key() : std::move(key), item.value());
  }
  return result;
}

constexpr size_t kLeastRenamed = 10;   // one in so many keys: one alone may have a package's name by chance
constexpr size_t kMostCounted = 2000;  // keys that are looked at to find a prefix

/// A key map with its expressions compiled.
class Renaming {
 public:
  explicit Renaming(const KeyMap& map) {
    for (const auto& rule : map.rules)
      rules_.push_back(
          {rule.pattern.substr(0, rule.pattern.find_first_of("\\(.[")), std::regex(rule.pattern), rule.key});
  }

  std::optional<std::string> rename(std::string_view key) const {
    for (const auto& [begin, pattern, replacement] : rules_)
      if (std::cmatch match; key.starts_with(begin) && std::regex_match(key.begin(), key.end(), match, pattern))
        return match.format(replacement);
    return std::nullopt;
  }

  /// Returns the prefix behind which most keys can be renamed.
  std::string prefix_in(const StateDict& state) const {
    std::map<std::string, size_t> counts{{"", 0}};
    for (size_t i = 0; i < std::min<size_t>(state.size(), kMostCounted); ++i) {
      const std::string_view key = state[i].key();
      for (size_t begin = 0; begin < key.size();) {
        if (rename(key.substr(begin))) {
          ++counts[std::string(key.substr(0, begin))];
          break;
        }
        const auto dot = key.find('.', begin);
        begin = dot == std::string_view::npos ? key.size() : dot + 1;
      }
    }
    return std::max_element(counts.begin(), counts.end(),
                            [](const auto& a, const auto& b) { return a.second < b.second; })
        ->first;
  }

 private:
  struct Rule {
    std::string begin;  // letters with which every match begins
    std::regex pattern;
    std::string key;
  };
  std::vector<Rule> rules_;
};

const std::vector<Renaming>& renamings() {
  static const std::vector<Renaming> all = [] {
    std::vector<Renaming> compiled;
    for (const auto& map : key_maps()) compiled.emplace_back(map);
    return compiled;
  }();
  return all;
}

/// Splits the embedding table of rtdl's paper code into one table per column. The paper's code keeps the categories of
/// all columns in one table, and `category_offsets` has the first row of each column. reszoo has one table per column,
/// whose row 0 is for categories that did not occur in training. The paper's code has no such row, so it is filled with
/// zeros.
StateDict with_tables_by_column(const StateDict& state) {
  const auto* offsets = state.find("category_offsets");
  const auto* table = state.find("category_embeddings.weight");
  if (!offsets || !table || offsets->dim() != 1 || offsets->scalar_type() != at::kLong || table->dim() != 2)
    return state;
  const auto starts = offsets->contiguous();
  StateDict result("key");
  int64_t end = table->size(0);
  std::vector<Tensor> columns;
  for (int64_t i = starts.numel(); i-- > 0;) {
    const int64_t begin = starts.const_data_ptr<int64_t>()[i];
    if (begin < 0 || begin >= end) return state;  // not written by the paper's code
    columns.push_back(table->slice(0, begin, end));
    end = begin;
  }
  for (size_t i = 0; i < columns.size(); ++i) {
    const auto& rows = columns[columns.size() - 1 - i];
    result.insert("encoder.embeddings." + std::to_string(i) + ".weight",
                  at::cat({at::zeros({1, rows.size(1)}, rows.options()), rows}));
  }
  for (const auto& item : state)
    if (item.key() != "category_offsets" && item.key() != "category_embeddings.weight")
      result.insert(item.key(), item.value());
  return result;
}

/// Maps the keys of detectron2's ResNets. Its conversions of torchvision's weights have fc inside the stem.
/// Source: detectron2, tools/convert-torchvision-to-d2.py.
KeyMap detectron2_keys() {
  KeyMap map{"keys of detectron2",
             {{R"(stem\.conv1\.norm\.(.*))", "bn1.$1"},
              {R"(stem\.conv1\.(.*))", "conv1.$1"},
              {R"(stem\.fc\.(.*))", "fc.$1"},
              {R"(linear\.(.*))", "fc.$1"}}};
  for (int stage = 1; stage <= 4; ++stage) {
    const auto from = "res" + std::to_string(stage + 1) + R"(\.(\d+)\.)";
    const auto to = "layer" + std::to_string(stage) + ".$1.";
    map.rules.push_back({from + R"(shortcut\.norm\.(.*))", to + "downsample.1.$2"});
    map.rules.push_back({from + R"(shortcut\.(.*))", to + "downsample.0.$2"});
    map.rules.push_back({from + R"(conv(\d)\.norm\.(.*))", to + "bn$2.$3"});
    map.rules.push_back({from + R"(conv(\d)\.(.*))", to + "conv$2.$3"});
  }
  return map;
}

}  // namespace

const std::vector<KeyMap>& key_maps() {
  // stages.0 is layer1 and layer.0 is conv1: the indices differ by one, so there is one rule per index.
  static const std::vector<KeyMap> maps = [] {
    KeyMap transformers{"keys of Hugging Face transformers", {{R"(classifier\.1\.(.*))", "fc.$1"}}};
    for (const std::string top : {"", R"(resnet\.)"}) {  // the backbone alone, or with a classifier
      const auto embedder = top + R"(embedder\.embedder\.)";
      transformers.rules.push_back({embedder + R"(convolution\.(.*))", "conv1.$1"});
      transformers.rules.push_back({embedder + R"(normalization\.(.*))", "bn1.$1"});
      for (int stage = 0; stage < 4; ++stage) {
        const auto from = top + R"(encoder\.stages\.)" + std::to_string(stage) + R"(\.layers\.(\d+)\.)";
        const auto to = "layer" + std::to_string(stage + 1) + ".$1.";
        transformers.rules.push_back({from + R"(shortcut\.convolution\.(.*))", to + "downsample.0.$2"});
        transformers.rules.push_back({from + R"(shortcut\.normalization\.(.*))", to + "downsample.1.$2"});
        for (int conv = 0; conv < 3; ++conv) {
          const auto number = std::to_string(conv + 1), layer = R"(layer\.)" + std::to_string(conv);
          transformers.rules.push_back({from + layer + R"(\.convolution\.(.*))", to + "conv" + number + ".$2"});
          transformers.rules.push_back({from + layer + R"(\.normalization\.(.*))", to + "bn" + number + ".$2"});
        }
      }
    }
    const KeyMap::Rule first_layer{R"(first_layer\.(.*))", "input_projection.$1"};
    return std::vector<KeyMap>{
        std::move(transformers),
        detectron2_keys(),
        {"keys of rtdl's paper code",
         {first_layer,
          {R"(layers\.(\d+)\.norm\.(.*))", "blocks.$1.normalization.$2"},
          {R"(layers\.(\d+)\.linear0\.(.*))", "blocks.$1.linear1.$2"},
          {R"(layers\.(\d+)\.linear1\.(.*))", "blocks.$1.linear2.$2"},
          {R"(last_normalization\.(.*))", "output.normalization.$1"},
          {R"(head\.(.*))", "output.linear.$1"}}},
        {"keys of the package rtdl",
         {first_layer,
          {R"(blocks\.(\d+)\.linear_first\.(.*))", "blocks.$1.linear1.$2"},
          {R"(blocks\.(\d+)\.linear_second\.(.*))", "blocks.$1.linear2.$2"},
          {R"(head\.(.*))", "output.$1"}}},
        {"keys of the package tabm",
         {{R"(num_module\.(.*))", "encoder.numeric.$1"},
          {R"(backbone\.affine\.(.*))", "members.$1"},
          {R"(backbone\.blocks\.(\d+)\.0\.(.*))", "blocks.$1.linear.$2"}}},
    };
  }();
  return maps;
}

std::vector<RemappedState> candidate_remaps(const StateDict& state) {
  std::vector<RemappedState> remaps;
  for (size_t i = 0; i < key_maps().size(); ++i) {
    const auto& map = renamings()[i];
    const auto prefix = map.prefix_in(state);
    const auto below = renamed(
        state, [&](const std::string& key) { return key.starts_with(prefix) ? key.substr(prefix.size()) : key; });
    size_t count = 0;
    auto result = renamed(with_tables_by_column(below), [&](const std::string& key) {
      auto name = map.rename(key);
      count += name.has_value();
      return name.value_or(key);
    });
    if (count * kLeastRenamed >= state.size() && result.keys() != below.keys())
      remaps.push_back(
          {(prefix.empty() ? "" : "without prefix " + prefix + ", ") + key_maps()[i].name, std::move(result)});
  }
  return remaps;
}

}  // namespace reszoo
