#include "route.h"

#include <algorithm>
#include <vector>

namespace reszoo::detail {
namespace {

struct FixedRoute {
  const char* path;
  RouteKind kind;
};

constexpr FixedRoute kFixedRoutes[] = {{"/", RouteKind::page},
                                       {"/models", RouteKind::models},
                                       {"/card", RouteKind::card},
                                       {"/predict", RouteKind::predict},
                                       {"/metrics", RouteKind::metrics},
                                       {"/v2", RouteKind::server},
                                       {"/v2/health/live", RouteKind::live},
                                       {"/v2/health/ready", RouteKind::ready}};

std::vector<std::string> split_path(const std::string& path) {
  std::vector<std::string> parts;
  for (size_t begin = 1; begin <= path.size();) {
    const auto end = std::min(path.find('/', begin), path.size());
    parts.push_back(path.substr(begin, end - begin));
    begin = end + 1;
  }
  return parts;
}

}  // namespace

const char* Route::name() const {
  constexpr const char* kNames[] = {"page", "models", "card",     "predict",     "metrics", "server",
                                    "live", "ready",  "metadata", "model_ready", "infer",   "unknown"};
  return kNames[static_cast<size_t>(kind)];
}

bool Route::is_open() const { return kind == RouteKind::page || kind == RouteKind::live || kind == RouteKind::ready; }

Route route_of(const std::string& path) {
  const auto plain = path.size() > 1 && path.back() == '/' ? path.substr(0, path.size() - 1) : path;
  for (const auto& fixed : kFixedRoutes)
    if (plain == fixed.path) return {fixed.kind};
  auto parts = split_path(plain);
  if (parts.size() < 3 || parts[0] != "v2" || parts[1] != "models") return {};
  Route route{.kind = RouteKind::metadata, .model = parts[2]};
  parts.erase(parts.begin(), parts.begin() + 3);
  if (parts.size() >= 2 && parts[0] == "versions") {
    route.version = parts[1];
    parts.erase(parts.begin(), parts.begin() + 2);
  }
  if (parts.empty()) return route;
  if (parts.size() == 1 && parts[0] == "ready") route.kind = RouteKind::model_ready;
  else if (parts.size() == 1 && parts[0] == "infer") route.kind = RouteKind::infer;
  else return {};
  return route;
}

}  // namespace reszoo::detail
