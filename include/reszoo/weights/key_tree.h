/// The keys of a state_dict as a tree of modules.
#pragma once
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "reszoo/weights/state_dict.h"

namespace reszoo {

/// A module of a state_dict: the tensors whose keys begin with its path.
struct KeyNode {
  struct Leaf {
    std::string_view name;  ///< the last part of the key: "weight"
    const std::string* key;
    const Tensor* tensor;
  };

  std::string_view name;            ///< "0"; "" for the root
  std::string_view path;            ///< "layer1.0."; "" for the root
  const KeyNode* parent = nullptr;  ///< nullptr for the root
  std::vector<Leaf> leaves;         ///< its own tensors, in order
  std::vector<KeyNode*> children;   ///< in the order of their first key
  size_t count = 0;                 ///< tensors at and below this module
  size_t counters = 0;              ///< of them, counters of batches, which files may lack

  const KeyNode* child(std::string_view name) const;
  const Leaf* leaf(std::string_view name) const;
  /// The number that the name is: 4 for "4". Nothing for other names.
  std::optional<uint64_t> number() const;
  /// Whether the node is `other` or below it.
  bool is_within(const KeyNode& other) const { return path.starts_with(other.path); }
};

/// The tree of a state_dict. Copies share it. Keys of more than 64 parts are not split further.
class KeyTree {
 public:
  explicit KeyTree(StateDict state);

  const KeyNode& root() const { return nodes_->front(); }
  const StateDict& state() const { return *state_; }
  /// All modules, parents before children.
  const std::deque<KeyNode>& nodes() const { return *nodes_; }
  /// Returns the module at a path such as "layer1.0.", or nullptr.
  const KeyNode* find(std::string_view path) const;

 private:
  std::shared_ptr<const StateDict> state_;
  std::shared_ptr<std::deque<KeyNode>> nodes_;
};

/// Whether the key counts batches. PyTorch before 0.4.1 did not save these.
bool is_batch_counter(std::string_view key);

/// The parts of a name such as "conv2": "conv" and "2".
struct NumberedName {
  std::string_view word, digits;
  static NumberedName of(std::string_view name);
};

}  // namespace reszoo
