// Looks for a network in a state_dict, under its own key names and those of other packages.
#pragma once
#include <string>
#include <vector>

#include "comparison.h"
#include "reszoo/weights/key_map.h"

namespace reszoo {

class KeySearch {
 public:
  /// With `prefer_ema`, of several places of the network the only one that is called averaged is taken.
  KeySearch(const NetworkKeys& network, const StateDict& state, bool prefer_ema);

  /// Returns the names of the network's places if the file has several, else nothing.
  std::vector<std::string> candidates() const;

  /// Compares with the keys that fit best. The result refers to this search.
  Comparison best(bool adapt) const;

 private:
  struct Found {
    std::string remap;
    KeyTree tree;
    std::vector<KeyFit> fits;
    KeyFit by_name;  // for messages
  };

  void add(RemappedState state, bool prefer_ema);

  const NetworkKeys& network_;
  std::vector<Found> found_;
};

}  // namespace reszoo
