/// Finds by structure which key of a file belongs to which key of a network.
#pragma once
#include <map>
#include <set>
#include <string>
#include <vector>

#include "reszoo/weights/key_tree.h"

namespace reszoo {

/// The keys and shapes of a module, and which of its parts may differ in a file.
struct NetworkKeys {
  KeyTree tree;                                      ///< of its state_dict; only keys and shapes are used
  std::set<std::string> modules = {};                ///< paths of its modules, also of those without tensors
  std::vector<std::string> heads = {};               ///< paths of the heads of the Networks in it: "fc"
  std::vector<std::string> absent_heads = {};        ///< paths of heads that are an Identity
  std::vector<std::string> classifiers = {};         ///< paths of the last linear layers: "fc", "output.linear"
  std::vector<std::string> first_convolutions = {};  ///< keys of their weights: "conv1.weight"

  static NetworkKeys of(const nn::Module& module);

  /// Whether the key belongs to a classifier and only the number of outputs differs.
  bool differs_in_outputs(const std::string& key, const Tensor& own, const Tensor& found) const;
  /// Whether the key belongs to a first convolution and only the number of input channels differs.
  bool differs_in_channels(const std::string& key, const Tensor& own, const Tensor& found) const;
};

/// Whether a tensor of the file can be copied into one of the network: equal shapes, or one number (1) for a scalar ().
bool has_shape_for(const Tensor& own, const Tensor& found);

/// One way to find a network in a file.
struct KeyFit {
  std::map<std::string, std::string> file_keys = {};  ///< by the network's key; a head may be missing
  std::vector<std::string> beside = {};  ///< keys of the file that have no part in the network, and counters in it
  std::vector<std::string> unexpected =
      {};                     ///< keys of the file that belong to modules of the network, which lacks them
  std::string place = {};     ///< the file's path of the network: "student.backbone"; "" at the top
  std::string renaming = {};  ///< how keys were renamed: "without prefix module."; "" if they were not
  bool has_renamed = false;   ///< whether a module was found by its order or shape, not by its name
};

/// Finds the network in a file by the names and shapes of its modules:
///
/// - below any prefix, also inside (`layer1.0._orig_mod.conv1.weight`): a module of the file that has no part of its
/// own
///   stands for the one module in it that fits;
/// - children by number (`Sequential(*children())`), in groups too, in the network's order, if there is one way;
/// - a child under another name, beside others under the network's names, if there is one way; equal numbers go
/// together
///   (`norm1` for `bn1`), never different ones;
/// - a head anywhere in the file, if one fits and is all that its module holds.
///
/// The classifier may have another number of outputs, the first convolution another number of input channels, and the
/// head may be missing. If the network is there several times, the exact and complete ones are preferred; what is left
/// are equal candidates, unless all their tensors are equal. Returns none if the network is not there.
std::vector<KeyFit> fit_keys(const NetworkKeys& network, const KeyTree& file);

/// Pairs the keys that have the network's names below the prefix where most of them are. For messages, where
/// `fit_keys` found nothing.
KeyFit fit_by_name(const NetworkKeys& network, const KeyTree& file);

/// Returns how the candidates can be told apart: the shortest distinct beginnings of their places. "" is the top.
std::vector<std::string> names_of(const std::vector<KeyFit>& candidates);

}  // namespace reszoo
