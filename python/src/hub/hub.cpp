// The module `_hub`: published weights. It is apart from `_reszoo` because Arrow's library for Parquet exports the
// symbols of an OpenSSL of its own. A library that is loaded together with it would call those instead of its own.
#include <nanobind/nanobind.h>
#include <nanobind/stl/string.h>

#include "../errors.h"
#include "../made.h"
#include "../opened.h"
#include "reszoo/base/device.h"
#include "reszoo/base/error.h"
#include "reszoo/hub/hf_hub.h"
#include "reszoo/hub/pretrained.h"

namespace reszoo::python {
namespace {

namespace nb = nanobind;
using Unlocked = nb::call_guard<nb::gil_scoped_release>;

Opened open(const std::string& name, const std::string& device, bool verify, const std::string& key, bool fuse,
            bool autotune, const std::string& precision) {
  const PretrainedOptions how{
      .device = parse_device(device), .fetch = {.verify = verify}, .load = {.key = key, .assign = true}};
  return opened(create_pretrained(name, "", how), fusing_of(fuse, autotune, precision));
}

/// Builds a network with published weights, and as many outputs as the options ask for.
Made create(const std::string& name, const std::string& options) {
  const auto json = nlohmann::json::parse(options);
  PretrainedOptions how;
  for (const auto& item : json.items()) {
    if (item.key() != "outputs" || !item.value().is_number_integer())
      fail(ErrorKind::usage, "{}: published weights fix the network, but for the number of outputs", item.key());
    how.outputs = item.value().get<int64_t>();
  }
  auto model = create_pretrained(name, "", how);
  return {model.network(), model.name, model.options};
}

std::string fetch(const std::string& name, bool verify) {
  return fetch_hub_weights(parse_hub_name(name), {.verify = verify}).string();
}

NB_MODULE(_hub, module) {
  module.doc() = "Published weights; use the package reszoo instead.";
  nb::module_::import_("reszoo._reszoo");  // has the classes of what is returned
  translate_errors();
  module.def("open", open, nb::arg("name"), nb::arg("device"), nb::arg("verify"), nb::arg("key"), nb::arg("fuse"),
             nb::arg("autotune"), nb::arg("precision"), Unlocked());
  module.def("create", create, nb::arg("name"), nb::arg("options"), Unlocked());
  module.def("fetch", fetch, nb::arg("name"), nb::arg("verify"), Unlocked());
}

}  // namespace
}  // namespace reszoo::python
