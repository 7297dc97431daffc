#include "reszoo/nn/surgery.h"

#include "reszoo/base/error.h"
#include "reszoo/base/text.h"

namespace reszoo {

std::shared_ptr<nn::Module> find_module(const nn::Module& root, const std::string& path) {
  const auto modules = root.named_modules("", /*include_self=*/false);
  if (const auto* found = modules.find(path)) return *found;
  fail(ErrorKind::usage, "surgery: no module \"{}\"{}", path, suggestion(path, modules.keys()));
}

void replace_module(nn::Module& root, const std::string& path, AnyModule module) {
  find_module(root, path);
  const auto dot = path.rfind('.');
  const auto parent_path = dot == std::string::npos ? "" : path.substr(0, dot);
  const auto name = path.substr(dot == std::string::npos ? 0 : dot + 1);
  nn::Module& parent = parent_path.empty() ? root : *find_module(root, parent_path);
  auto* composite = dynamic_cast<Composite*>(&parent);
  if (!composite)
    fail(ErrorKind::usage,
         "surgery: \"{}\" is inside {} ({}), whose forward would not see the change; replace that module", path,
         parent_path.empty() ? "the root" : "\"" + parent_path + "\"", parent.name());
  composite->replace_child(name, std::move(module));
}

}  // namespace reszoo
