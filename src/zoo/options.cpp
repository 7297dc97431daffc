#include "reszoo/zoo/options.h"

#include <nlohmann/json.hpp>

#include "reszoo/base/error.h"
#include "reszoo/base/names.h"
#include "reszoo/base/text.h"

namespace reszoo {
namespace {

using nlohmann::json;

constexpr Named<Domain> kDomains[] = {{"image", Domain::image}, {"tabular", Domain::tabular}};

/// Calls visit(name, field) for every field. This is the only list of the names.
template <typename Options, typename Visit>
void visit_fields(Options& o, Visit visit) {
  if constexpr (std::is_same_v<std::remove_const_t<Options>, ImageOptions>) {
    visit("outputs", o.outputs);
    visit("channels", o.channels);
    visit("norm", o.norm);
    visit("activation", o.activation);
    visit("shortcut", o.shortcut);
    visit("dropout", o.dropout);
    visit("drop_path", o.drop_path);
    visit("drop_block", o.drop_block);
    visit("zero_init_residual", o.zero_init_residual);
    visit("replace_stride_with_dilation", o.replace_stride_with_dilation);
    visit("checkpoint", o.checkpoint);
  } else {
    visit("outputs", o.outputs);
    visit("numeric", o.numeric);
    visit("cardinalities", o.cardinalities);
    visit("embedding_width", o.embedding_width);
    visit("embedding_widths", o.embedding_widths);
    visit("numeric_embedding", o.numeric_embedding);
    visit("numeric_width", o.numeric_width);
    visit("frequencies", o.frequencies);
    visit("frequency_scale", o.frequency_scale);
    visit("bins", o.bins);
    visit("plain_numeric", o.plain_numeric);
    visit("blocks", o.blocks);
    visit("width", o.width);
    visit("widths", o.widths);
    visit("members", o.members);
    visit("ensemble", o.ensemble);
    visit("hidden_factor", o.hidden_factor);
    visit("dropout", o.dropout);
    visit("residual_dropout", o.residual_dropout);
    visit("norm", o.norm);
    visit("activation", o.activation);
    visit("checkpoint", o.checkpoint);
  }
}

template <typename Value>
json write(const Value& value) {
  return value;
}
json write(const Norm& value) { return value.text(); }
json write(const Activation& value) { return value.text(); }
json write(ShortcutKind value) { return text_of(value); }
json write(EmbeddingKind value) { return text_of(value); }
json write(EnsembleKind value) { return text_of(value); }

template <typename Value>
void read(const json& j, Value& value) {
  j.get_to(value);
}
void read(const json& j, Norm& value) { value = Norm::parse(j.get<std::string>()); }
void read(const json& j, Activation& value) { value = Activation::parse(j.get<std::string>()); }
void read(const json& j, ShortcutKind& value) { value = parse_shortcut(j.get<std::string>()); }
void read(const json& j, EmbeddingKind& value) { value = parse_embedding(j.get<std::string>()); }
void read(const json& j, EnsembleKind& value) { value = parse_ensemble(j.get<std::string>()); }

template <typename Options>
Options read_options(const json& j) {
  Options options;
  std::vector<std::string> names;
  visit_fields(options, [&](const char* name, auto& field) {
    names.push_back(name);
    if (!j.contains(name)) return;
    try {
      read(j.at(name), field.emplace());
    } catch (const json::exception&) {
      fail(ErrorKind::usage, "option {}: wrong kind of value, got {}", name, j.at(name).dump());
    }
  });
  for (const auto& [name, value] : j.items())
    if (std::find(names.begin(), names.end(), name) == names.end()) {
      const auto hint = suggestion(name, names);
      fail(ErrorKind::usage, "options: no option \"{}\"{}", name,
           hint.empty() ? "; options are " + list(names, 20) : hint);
    }
  return options;
}

}  // namespace

std::string text_of(Domain domain) { return name_of(kDomains, domain); }

ModelOptions default_options(Domain domain) {
  return domain == Domain::image ? ModelOptions(ImageOptions{}) : ModelOptions(TabularOptions{});
}

std::vector<std::string> option_names(Domain domain) {
  std::vector<std::string> names;
  const auto add = [&](const char* name, const auto&) { names.emplace_back(name); };
  std::visit([&](const auto& chosen) { visit_fields(chosen, add); }, default_options(domain));
  return names;
}

json to_json(const ModelOptions& options) {
  json j = json::object();
  std::visit(
      [&](const auto& chosen) {
        visit_fields(chosen, [&](const char* name, const auto& field) {
          if (field) j[name] = write(*field);
        });
      },
      options);
  return j;
}

ModelOptions options_from_json(Domain domain, const json& j) {
  if (!j.is_object()) fail(ErrorKind::usage, "options: must be a JSON object, got {}", j.dump());
  if (domain == Domain::image) return read_options<ImageOptions>(j);
  return read_options<TabularOptions>(j);
}

}  // namespace reszoo
