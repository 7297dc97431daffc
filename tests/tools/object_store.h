// A server that answers as Amazon's S3 does to readers, and the variables that lead to it.
#pragma once
#include <map>
#include <string>

#include "hub/server.h"
#include "hub/variables.h"

namespace reszoo::test {

/// A store with one bucket, "shop".
class ObjectStore {
 public:
  std::map<std::string, std::string> files;  ///< by key: "folder/a.csv"
  int cuts = 0;                              ///< connections that are cut off in the middle of a file, from now on
  bool denied = false;                       ///< whether the keys are wrong

  const Server& server() const { return server_; }

 private:
  Answer answer(const Asked& asked);
  Answer list(const std::string& prefix) const;

  Server server_{[this](const Asked& asked, size_t) { return answer(asked); }};
  Variables variables_{Variables::Values{{"AWS_ENDPOINT_URL", server_.url()},
                                         {"AWS_ACCESS_KEY_ID", "key"},
                                         {"AWS_SECRET_ACCESS_KEY", "secret"},
                                         {"AWS_REGION", "us-east-1"},
                                         {"AWS_EC2_METADATA_DISABLED", "true"},
                                         {"no_proxy", "127.0.0.1"}}};
};

}  // namespace reszoo::test
