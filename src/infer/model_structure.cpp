#include "model_structure.h"

#include <torch/nn/modules/activation.h>
#include <torch/nn/modules/pooling.h>

#include <sstream>
#include <typeinfo>

#include "reszoo/base/error.h"
#include "reszoo/nn/skip_init.h"
#include "reszoo/zoo/meta_model.h"

namespace reszoo {
namespace {

/// Returns options that LibTorch's pretty_print of a module leaves out.
std::string unprinted_options(const nn::Module& module) {
  if (const auto* gelu = module.as<nn::GELUImpl>()) return fmt::format(" approximate={}", gelu->options.approximate());
  if (const auto* pool = module.as<nn::AvgPool2dImpl>())
    return fmt::format(" ceil_mode={} count_include_pad={}", pool->options.ceil_mode(),
                       pool->options.count_include_pad());
  return "";
}

/// Returns the module without its children as text: "torch::nn::ReLU()".
std::string text_of(const nn::Module& module) {
  std::ostringstream text;
  module.pretty_print(text);
  return text.str() + unprinted_options(module);
}

/// Returns the names and shapes of the module's own parameters and buffers.
std::string weights_of(const nn::Module& module) {
  std::string text;
  const auto add = [&](const auto& tensors) {
    for (const auto& item : tensors) text += fmt::format("{} ({}) ", item.key(), fmt::join(item.value().sizes(), ", "));
  };
  add(module.named_parameters(/*recurse=*/false));
  add(module.named_buffers(/*recurse=*/false));
  return text.empty() ? "no weights" : text.substr(0, text.size() - 1);
}

/// Compares two trees of modules. `name` is the name of the model that built the second one.
class StructureCheck {
 public:
  explicit StructureCheck(const std::string& name) : name_(name) {}

  void compare(const nn::Module& found, const nn::Module& wanted, const std::string& path) const {
    if (typeid(found) != typeid(wanted) || text_of(found) != text_of(wanted))
      refuse(path, text_of(found), text_of(wanted));
    if (weights_of(found) != weights_of(wanted)) refuse(path, weights_of(found), weights_of(wanted));
    const auto children = found.named_children(), twins = wanted.named_children();
    if (children.keys() != twins.keys())
      refuse(path, fmt::format("the parts {}", fmt::join(children.keys(), ", ")),
             fmt::format("{}", fmt::join(twins.keys(), ", ")));
    for (const auto& child : children)
      compare(*child.value(), *twins[child.key()], path.empty() ? child.key() : path + "." + child.key());
  }

 private:
  [[noreturn]] void refuse(const std::string& path, const std::string& found, const std::string& wanted) const {
    fail(ErrorKind::usage,
         "{}: cannot be saved as a model file, for the file would load as another network: {} is {}, its options build "
         "{}; register a network of your own (registry().add), or save its weights alone (write_safetensors)",
         name_, path.empty() ? "the network" : path, found, wanted);
  }

  const std::string& name_;
};

/// Builds the network on the meta device, or with uninitialised weights if a user's builder needs values.
Network build_twin(const std::string& name, const ModelOptions& options) {
  try {
    return create_meta_model(name, options);
  } catch (const c10::Error&) {
    const SkipInit skip_init;
    return create_model(name, options);
  }
}

}  // namespace

void check_structure(const Network& network, const std::string& name, const ModelOptions& options) {
  if (!registry().contains(name))
    fail(ErrorKind::usage,
         "{}: cannot be saved as a model file, for no model of that name is registered; add its builder with "
         "registry().add",
         name.empty() ? "a model without a name" : name);
  StructureCheck(name).compare(*network, *build_twin(name, options), "");
}

}  // namespace reszoo
