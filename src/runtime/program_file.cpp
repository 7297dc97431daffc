#include "runtime/program_file.h"

#include <algorithm>
#include <iterator>
#include <set>
#include <string_view>

#include "reszoo/base/error.h"
#include "reszoo/preprocess/json_field.h"

namespace reszoo::detail {
namespace {

using nlohmann::json;

// The subject of messages about a file's content.
const std::string kProgramSubject = "program";

/// Writes the parts of an operation.
class FieldWriter : public Fields {
 public:
  FieldWriter(StoredProgram& stored, std::set<std::string>& names, std::string prefix)
      : stored_(stored), names_(names), prefix_(std::move(prefix)) {}

  void operator()(const char* name, bool& value) override { parts[name] = value; }
  void operator()(const char* name, int64_t& value) override { parts[name] = value; }
  void operator()(const char* name, double& value) override { parts[name] = value; }
  void operator()(const char* name, std::string& value) override { parts[name] = value; }
  void operator()(const char* name, std::array<int64_t, 2>& values) override { parts[name] = values; }
  void operator()(const char* name, std::vector<int64_t>& values) override { parts[name] = values; }
  void operator()(const char* name, Floats& values) override { add(name, values, stored_.floats); }
  void operator()(const char* name, Doubles& values) override { add(name, values, stored_.doubles); }

  json parts = json::object();

 private:
  template <typename Values, typename List>
  void add(const char* name, const Values& values, List& list) {
    if (!values.defined()) return;
    auto full = prefix_ + name;
    for (int number = 2; !names_.insert(full).second; ++number) full = fmt::format("{}{}.{}", prefix_, number, name);
    parts[name] = full;
    list.emplace_back(full, values);
  }

  StoredProgram& stored_;
  std::set<std::string>& names_;
  std::string prefix_;
};

/// Reads the parts of an operation.
class FieldReader : public Fields {
 public:
  FieldReader(const json& parts, const StoredArrays& arrays) : parts_(parts), arrays_(arrays) {}

  void operator()(const char* name, bool& value) override { read(name, value); }
  void operator()(const char* name, int64_t& value) override { read(name, value); }
  void operator()(const char* name, double& value) override { read(name, value); }
  void operator()(const char* name, std::string& value) override { read(name, value); }
  void operator()(const char* name, std::array<int64_t, 2>& values) override { read(name, values); }
  void operator()(const char* name, std::vector<int64_t>& values) override { read(name, values); }
  void operator()(const char* name, Floats& values) override {
    if (parts_.contains(name)) values = arrays_.floats(json_field<std::string>(parts_, name, kProgramSubject));
  }
  void operator()(const char* name, Doubles& values) override {
    if (parts_.contains(name)) values = arrays_.doubles(json_field<std::string>(parts_, name, kProgramSubject));
  }

 private:
  template <typename Value>
  void read(const char* name, Value& value) {
    value = json_field<Value>(parts_, name, kProgramSubject);
  }

  const json& parts_;
  const StoredArrays& arrays_;
};

json written_node(const FusedNode& node, json parts) {
  json object{{"op", node.op->name()}, {"key", node.key}, {"inputs", node.inputs}};
  if (!parts.empty()) object["parts"] = std::move(parts);
  if (node.epilogue.residual) object["residual"] = true;
  if (const auto& activation = node.epilogue.activation) {
    object["activation"] = ops::name_of(activation->kind);
    if (activation->slope != 0) object["slope"] = activation->slope;
  }
  if (!node.fused.empty()) object["fused"] = node.fused;
  if (!node.aliases.empty()) object["aliases"] = node.aliases;
  return object;
}

/// Returns how many inputs an operation has without a residual.
size_t inputs_of(const std::string& op) {
  if (op == "input") return 0;
  return op == "add" || op == "channel_scale" ? 2 : 1;
}

/// Whether the kernels of an operation add a residual, and whether they apply an activation.
struct EpilogueOf {
  std::string_view op;
  bool residual, activation;
};
constexpr EpilogueOf kEpilogues[] = {{"conv", true, true},          {"linear", true, true},
                                     {"scale_shift", true, true},   {"group_norm", true, true},
                                     {"layer_norm", true, true},    {"channel_scale", true, true},
                                     {"pixel_shuffle", true, true}, {"member_linear", true, true},
                                     {"add", false, true},          {"channel_conv", false, true}};

bool has_kernel_for(const std::string& op, const Epilogue& epilogue) {
  if (epilogue.empty()) return true;
  const auto* found = std::ranges::find(kEpilogues, op, &EpilogueOf::op);
  return found != std::end(kEpilogues) && (found->residual || !epilogue.residual) &&
         (found->activation || !epilogue.activation);
}

FusedNode read_node(const json& object, size_t place, const StoredArrays& arrays) {
  const auto op = json_field<std::string>(object, "op", kProgramSubject);
  FusedNode node{.op = nullptr,
                 .key = json_field<std::string>(object, "key", kProgramSubject),
                 .graph_op = op,
                 .inputs = json_field<std::vector<size_t>>(object, "inputs", kProgramSubject)};
  const auto* reader = OpReaders::all().find(op);
  if (!reader) fail(ErrorKind::file, "{}: the operation \"{}\" is not known here", kProgramSubject, op);
  const auto parts = object.contains("parts") ? object["parts"] : json::object();
  FieldReader fields(parts, arrays);
  node.op = (*reader)(fields);
  if (object.contains("residual")) node.epilogue.residual = json_field<bool>(object, "residual", kProgramSubject);
  if (object.contains("activation")) {
    auto& activation = node.epilogue.activation.emplace();
    activation.kind = parsed_json_field(object, "activation", kProgramSubject, ops::parse_activation_kind);
    if (object.contains("slope")) activation.slope = json_field<double>(object, "slope", kProgramSubject);
  }
  if (object.contains("fused")) node.fused = json_field<std::vector<std::string>>(object, "fused", kProgramSubject);
  if (object.contains("aliases"))
    node.aliases = json_field<std::vector<std::string>>(object, "aliases", kProgramSubject);
  if (!has_kernel_for(op, node.epilogue))
    fail(ErrorKind::file, "{}: {} cannot be followed by what is written", kProgramSubject, node.key);
  if (node.inputs.size() != inputs_of(op) + (node.epilogue.residual ? 1 : 0))
    fail(ErrorKind::file, "{}: {} has {} inputs, which it does not take", kProgramSubject, node.key,
         node.inputs.size());
  for (const size_t input : node.inputs)
    if (input >= place) fail(ErrorKind::file, "{}: {} reads an operation after it", kProgramSubject, node.key);
  return node;
}

}  // namespace

StoredProgram stored_program(const Program& program, const std::string& prefix) {
  StoredProgram stored{.description = json::object()};
  std::set<std::string> names;
  auto nodes = json::array();
  for (const auto& node : program.nodes) {
    if (!node.op->name())
      fail(ErrorKind::usage, "{}: there is no kernel for \"{}\" without LibTorch", node.key, node.op->kind());
    FieldWriter fields(stored, names, prefix + node.key + ".");
    node.op->write(fields);
    nodes.push_back(written_node(node, std::move(fields.parts)));
  }
  stored.description["nodes"] = std::move(nodes);
  stored.description["outputs"] = program.outputs;
  return stored;
}

Program program_from(const json& description, const StoredArrays& arrays) {
  Program program;
  for (const auto& object : json_field<std::vector<json>>(description, "nodes", kProgramSubject))
    program.nodes.push_back(read_node(object, program.nodes.size(), arrays));
  program.outputs = json_field<std::vector<size_t>>(description, "outputs", kProgramSubject);
  bool fits = !program.outputs.empty() && !program.nodes.empty();
  for (const size_t output : program.outputs) fits = fits && output < program.nodes.size();
  if (!fits) fail(ErrorKind::file, "{}: its outputs are not among its operations", kProgramSubject);
  return program;
}

}  // namespace reszoo::detail
