/// The registry of networks by name.
#pragma once
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "reszoo/nn/network.h"
#include "reszoo/weights/state_dict.h"
#include "reszoo/zoo/options.h"

namespace reszoo {

/// One registered model.
struct ModelInfo {
  std::string name;
  Domain domain = Domain::image;
  std::string paper = {};                          ///< author, year, arXiv
  std::string reference = {};                      ///< the package whose keys and outputs it reproduces
  std::vector<std::string> parts = {};             ///< its components, apart from depth and width
  std::vector<std::string> accepted_options = {};  ///< names of the fields of ImageOptions or TabularOptions
  std::vector<int64_t> input = {};                 ///< shape of a typical input, without N
  std::function<Network(const ModelOptions&)> build = {};
  /// Derives from the keys and shapes of a state_dict the options with which `build` gives them. Returns nothing for a
  /// state_dict of another model. If left out, `match_models` compares the network with default options.
  std::function<std::optional<ModelOptions>(const StateDict&)> options_of = {};
};

/// A table of models. The library's own table is `registry()`. A program may add its own networks to it; `Model` then
/// saves and loads them by name like any other.
///
///     reszoo::registry().add({.name = "my_net", .build = [](const reszoo::ModelOptions& options) { ... }});
class Registry {
 public:
  /// Adds a model.
  /// Throws: Error (usage) if the name is taken or the model has no builder.
  void add(ModelInfo info);

  /// Returns the model of this name.
  /// Throws: Error (usage) for an unknown name; the message has the nearest known one.
  const ModelInfo& find(const std::string& name) const;

  bool contains(const std::string& name) const;

  /// Returns the names in the order in which they were added. `pattern` may contain `*` and `?`.
  std::vector<std::string> names(std::string_view pattern = "*") const;

 private:
  std::vector<ModelInfo> rows_;
};

/// Adds the library's own models. It is defined in models/catalog.cpp.
void add_builtin_models(Registry& registry);

/// Returns the registry with the library's own models and those that the program added.
Registry& registry();

/// Builds a network.
///
///     auto net = reszoo::create_model("resnet50", reszoo::ImageOptions{.outputs = 10});
///
/// Throws: Error (usage) for an unknown name, options of the wrong domain, an
/// option that the model does not accept, or a value that it cannot have.
Network create_model(const std::string& name, const std::optional<ModelOptions>& options = std::nullopt);

}  // namespace reszoo
