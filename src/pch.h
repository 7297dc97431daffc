// The precompiled header: what nearly every file of ours includes.
#pragma once
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <torch/nn.h>
#include <torch/types.h>
#include <nlohmann/json.hpp>

#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>
