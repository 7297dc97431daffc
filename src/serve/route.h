/// The addresses of the server. Private.
#pragma once
#include <string>

namespace reszoo::detail {

enum class RouteKind {
  page,         ///< /
  models,       ///< /models
  card,         ///< /card
  predict,      ///< /predict
  metrics,      ///< /metrics
  server,       ///< /v2
  live,         ///< /v2/health/live
  ready,        ///< /v2/health/ready
  metadata,     ///< /v2/models/NAME
  model_ready,  ///< /v2/models/NAME/ready
  infer,        ///< /v2/models/NAME/infer
  unknown,
};

struct Route {
  RouteKind kind = RouteKind::unknown;
  std::string model = {}, version = {};  ///< "" if the path has none

  const char* name() const;  ///< for metrics: "predict"
  bool takes_post() const { return kind == RouteKind::predict || kind == RouteKind::infer; }
  bool is_open() const;  ///< whether it needs no token
};

/// Finds the route of a path. A model's path may have its version: /v2/models/NAME/versions/1/infer.
Route route_of(const std::string& path);

}  // namespace reszoo::detail
