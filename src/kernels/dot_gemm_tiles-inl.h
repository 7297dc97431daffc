// The tiles of dot_gemm-inl.h, behind the instructions of one set.

RESZOO_INLINE Floats ToFloats(const Floats& sums) { return sums; }
RESZOO_INLINE Floats ToFloats(const Ints& sums) { return __builtin_convertvector(sums, Floats); }

using Type = StoredAs::Type;

/// Reads a vector of stored values.
template <Type kType>
RESZOO_INLINE Floats LoadStored(const void* from, int64_t place, const StoredAs& as) {
  if constexpr (kType == Type::float32) {
    return Load<Floats>(static_cast<const float*>(from) + place);
  } else if constexpr (kType == Type::bfloat16) {
    return FromBfloat16(Load<Halves>(static_cast<const uint16_t*>(from) + place));
  } else {
    const Ints integers = __builtin_convertvector(Load<Bytes>(static_cast<const uint8_t*>(from) + place), Ints);
    return (__builtin_convertvector(integers, Floats) - as.zero_point) * as.scale;
  }
}

/// Rounds to the nearest integer, halves to even; NaN becomes 0.
RESZOO_INLINE Bytes Quantized(const Floats& value, const StoredAs& as) {
  const Floats scaled = value * (1 / as.scale) + as.zero_point, zero = {}, most = FloatsOf(as.qmax);
  const Floats above = scaled > zero ? scaled : zero;
  const Floats bounded = above < most ? above : most;
  // Adding 1.5 * 2^23 leaves the rounded integer in the low bits.
  const Floats shifted = bounded + 12582912.0f;
  return __builtin_convertvector(__builtin_bit_cast(Words, shifted) & 0xff, Bytes);
}

template <Type kType>
RESZOO_INLINE void StoreAs(const Floats& value, void* to, int64_t place, const StoredAs& as) {
  if constexpr (kType == Type::float32) Store(value, static_cast<float*>(to) + place);
  else if constexpr (kType == Type::bfloat16) Store(ToBfloat16(value), static_cast<uint16_t*>(to) + place);
  else Store(Quantized(value, as), static_cast<uint8_t*>(to) + place);
}

/// Calls `use` with the type as a constant.
template <typename Use>
RESZOO_INLINE void WithType(Type type, const Use& use) {
  switch (type) {
    case Type::float32: return use(std::integral_constant<Type, Type::float32>());
    case Type::bfloat16: return use(std::integral_constant<Type, Type::bfloat16>());
    case Type::uint8: return use(std::integral_constant<Type, Type::uint8>());
  }
}

/// Copies `count` values of a vector, behind which memory may end, and calls `use` with the copy.
template <typename Use>
RESZOO_INLINE void WithPart(const void* from, int64_t bytes, int64_t count, const Use& use) {
  alignas(64) uint8_t part[4 * kLanes] = {};
  if (from) std::memcpy(part, from, static_cast<size_t>(bytes * count));
  use(static_cast<void*>(part));
}

/// Finishes and stores the sums of a tile: rows times vectors.
template <Type kType, Type kResidual, typename Sum>
void FinishTile(const Sum* sums, int64_t rows, int64_t vectors, const DotEpilogue& epilogue, const DotOutput& y) {
  // With the operands of the maximum in this order a NaN is passed through.
  const Floats least = FloatsOf(epilogue.relu ? 0.0f : -HUGE_VALF);
  const auto finish = [&](const Sum& sum, const float* scale, const float* bias, const void* residual, void* to) {
    Floats value = ToFloats(sum);
    if (scale) value = value * Load<Floats>(scale);
    if (bias) value = value + Load<Floats>(bias);
    if (residual) value = value + LoadStored<kResidual>(residual, 0, epilogue.residual_as);
    StoreAs<kType>(least > value ? least : value, to, 0, y.as);
  };
  const auto size = y.as.bytes(), residual_size = epilogue.residual_as.bytes();
  for (int64_t v = 0; v < vectors; ++v) {
    const auto count = std::min(kLanes, y.outputs - v * kLanes);
    const auto *scale = epilogue.scale ? epilogue.scale + v * kLanes : nullptr,
               *bias = epilogue.bias ? epilogue.bias + v * kLanes : nullptr;
    for (int64_t r = 0; r < rows && count > 0; ++r) {
      const auto place = r * y.stride + v * kLanes;
      auto* to = static_cast<uint8_t*>(y.data) + place * size;
      const auto* residual =
          epilogue.residual ? static_cast<const uint8_t*>(epilogue.residual) + place * residual_size : nullptr;
      const auto& sum = sums[r * vectors + v];
      if (count == kLanes) {
        finish(sum, scale, bias, residual, to);
        continue;
      }
      WithPart(scale, 4, count, [&](const void* scales) {
        WithPart(bias, 4, count, [&](const void* biases) {
          WithPart(residual, residual_size, count, [&](const void* residuals) {
            WithPart(nullptr, 0, 0, [&](void* stored) {
              finish(sum, scale ? static_cast<const float*>(scales) : nullptr, static_cast<const float*>(biases),
                     residual ? residuals : nullptr, stored);
              std::memcpy(to, stored, static_cast<size_t>(count * size));
            });
          });
        });
      });
    }
  }
}

template <typename Sum>
__attribute__((noinline)) void Finish(const Sum* sums, int64_t rows, int64_t vectors, const DotEpilogue& epilogue,
                                      const DotOutput& y) {
  WithType(y.as.type, [&](auto type) {
    WithType(epilogue.residual_as.type, [&](auto residual) {
      FinishTile<decltype(type)::value, decltype(residual)::value>(sums, rows, vectors, epilogue, y);
    });
  });
}

/// The weights of the next block: each tile prefetches its share.
struct DotPrefetch {
  const int32_t* next;
  int64_t units;  ///< every kSteps steps
};

constexpr int64_t kSteps = 4;

/// Multiplies `Rows` rows with a panel over a block of the sum. `partial` holds the sums between blocks.
template <typename Dot, int64_t Rows, int64_t Vectors>
__attribute__((noinline)) void Tile(const float* const* rows, int64_t offset, const KBlock& block,
                                    const int32_t* __restrict weights, DotPrefetch prefetch,
                                    typename Dot::Sum* __restrict partial, const DotEpilogue& epilogue,
                                    const DotOutput& y) {
  using Sum = typename Dot::Sum;
  if (block.ends)
    for (int64_t r = 0; r < Rows; ++r) {
      const auto place = r * y.stride;
      __builtin_prefetch(static_cast<uint8_t*>(y.data) + place * y.as.bytes(), 1);
      if (epilogue.residual)
        __builtin_prefetch(static_cast<const uint8_t*>(epilogue.residual) + place * epilogue.residual_as.bytes());
    }
  Sum sums[Rows][Vectors];
  for (int64_t r = 0; r < Rows; ++r)
    for (int64_t v = 0; v < Vectors; ++v) sums[r][v] = block.starts ? Sum{} : partial[r * Vectors + v];
  const auto step = [&](const int32_t* const(&from)[Rows], int64_t k) __attribute__((always_inline)) {
    Ints columns[Vectors];
    for (int64_t v = 0; v < Vectors; ++v) columns[v] = Load<Ints>(weights + v * kLanes);
    for (int64_t r = 0; r < Rows; ++r) {
      const Ints inputs = IntsOf(from[r][k]);
      for (int64_t v = 0; v < Vectors; ++v) sums[r][v] = Dot::Add(sums[r][v], inputs, columns[v]);
    }
    weights += Vectors * kLanes;
  };
  for (int64_t s = block.first; s < block.end; ++s) {
    const int32_t* from[Rows];
    for (int64_t r = 0; r < Rows; ++r)
      from[r] = reinterpret_cast<const int32_t*>(rows[s * kMostRows + r]) + offset + block.begin;
    int64_t k = 0;
    for (; k + kSteps <= block.length; k += kSteps, prefetch.next += prefetch.units) {
      __builtin_prefetch(prefetch.next, 0, 2);
      __builtin_prefetch(prefetch.next + prefetch.units / 2, 0, 2);
      step(from, k);
      step(from, k + 1);
      step(from, k + 2);
      step(from, k + 3);
    }
    for (; k < block.length; ++k) step(from, k);
  }
  for (int64_t r = 0; r < Rows; ++r)
    for (int64_t v = 0; v < Vectors; ++v) partial[r * Vectors + v] = sums[r][v];
  if (block.ends) Finish(partial, Rows, Vectors, epilogue, y);
}

/// Multiplies a tile of `count` rows, where `count` is at least `Rows`.
template <typename Dot, int64_t Vectors, int64_t Rows = 1>
RESZOO_INLINE void TileOfRows(int64_t count, const float* const* rows, int64_t offset, const KBlock& block,
                              const int32_t* weights, const DotPrefetch& prefetch, typename Dot::Sum* partial,
                              const DotEpilogue& epilogue, const DotOutput& y) {
  if constexpr (Rows < (Vectors == 1 ? kMostRows : kTileRows))
    if (count > Rows)
      return TileOfRows<Dot, Vectors, Rows + 1>(count, rows, offset, block, weights, prefetch, partial, epilogue, y);
  Tile<Dot, Rows, Vectors>(rows, offset, block, weights, prefetch, partial, epilogue, y);
}

/// Returns the epilogue and the destination of the rows from `row` on.
RESZOO_INLINE DotEpilogue FromRow(DotEpilogue epilogue, int64_t row, int64_t stride) {
  if (epilogue.residual)
    epilogue.residual = static_cast<const uint8_t*>(epilogue.residual) + row * stride * epilogue.residual_as.bytes();
  return epilogue;
}
RESZOO_INLINE DotOutput FromRow(DotOutput y, int64_t row) {
  y.data = static_cast<uint8_t*>(y.data) + row * y.stride * y.as.bytes();
  return y;
}

template <typename Dot, int64_t Vectors>
void MultiplyPanel(const IndirectionBuffer& buffer, int64_t offset, const int32_t* weights, void* partials,
                   const DotEpilogue& epilogue, const DotOutput& y) {
  constexpr int64_t width = Vectors * kLanes;
  const auto tiles = buffer.tiles();
  const auto prefetch = buffer.count > 1 ? kSteps * width / tiles : 0;
  auto* sums = static_cast<typename Dot::Sum*>(partials);
  for_each_k_block(buffer, width, [&](const KBlock& block) {
    const auto kept = block.starts && block.ends ? 0 : buffer.tile_rows * Vectors;  // sums between the blocks
    const auto size = (block.end - block.first) * block.length * width, share = size / tiles;
    for (int64_t tile = 0, row = 0; tile < tiles; ++tile) {
      const auto next_row = buffer.first_row(tile + 1);
      TileOfRows<Dot, Vectors>(next_row - row, buffer.tile(tile), offset, block, weights,
                               {weights + size + share * tile, prefetch}, sums + tile * kept,
                               FromRow(epilogue, row, y.stride), FromRow(y, row));
      row = next_row;
    }
    weights += size;
  });
}

template <typename Dot>
void MultiplyPanelOf(int64_t vectors, const IndirectionBuffer& buffer, int64_t offset, const void* weights,
                     void* partials, const DotEpilogue& epilogue, const DotOutput& y) {
  const auto* units = static_cast<const int32_t*>(weights);
  if (vectors == 1) return MultiplyPanel<Dot, 1>(buffer, offset, units, partials, epilogue, y);
  if constexpr (kVectors > 2) {
    if (vectors == 3) return MultiplyPanel<Dot, 3>(buffer, offset, units, partials, epilogue, y);
    if (vectors == 4) return MultiplyPanel<Dot, 4>(buffer, offset, units, partials, epilogue, y);
  }
  MultiplyPanel<Dot, 2>(buffer, offset, units, partials, epilogue, y);
}

/// The units that a vector of outputs reads, and which of them each lane takes.
template <typename Dot, int64_t Rows>
__attribute__((noinline)) void GroupTile(const float* const* rows, int64_t segments, int64_t group_units,
                                         int64_t offset, const int32_t* weights, const DotEpilogue& epilogue,
                                         const DotOutput& y) {
  Ints first;
  for (int64_t lane = 0; lane < kLanes; ++lane)
    first[lane] = static_cast<int32_t>(lane / (group_units * Dot::kValues) * group_units);
  typename Dot::Sum sums[Rows];
  for (int64_t r = 0; r < Rows; ++r) sums[r] = typename Dot::Sum{};
  for (int64_t s = 0; s < segments; ++s) {
    Ints inputs[Rows];
    for (int64_t r = 0; r < Rows; ++r) {
      inputs[r] = Ints{};
      __builtin_memcpy(&inputs[r], reinterpret_cast<const int32_t*>(rows[s * kMostRows + r]) + offset,
                       4 * kLanes / Dot::kValues);
    }
    for (int64_t unit = 0; unit < group_units; ++unit, weights += kLanes) {
      const Ints places = first + static_cast<int32_t>(unit), column = Load<Ints>(weights);
      for (int64_t r = 0; r < Rows; ++r) sums[r] = Dot::Add(sums[r], Permuted(inputs[r], places), column);
    }
  }
  Finish(sums, Rows, 1, epilogue, y);
}

template <typename Dot, int64_t Rows = 1>
RESZOO_INLINE void GroupTileOfRows(int64_t count, const float* const* rows, int64_t segments, int64_t group_units,
                                   int64_t offset, const int32_t* weights, const DotEpilogue& epilogue,
                                   const DotOutput& y) {
  if constexpr (Rows < kMostRows)
    if (count > Rows)
      return GroupTileOfRows<Dot, Rows + 1>(count, rows, segments, group_units, offset, weights, epilogue, y);
  GroupTile<Dot, Rows>(rows, segments, group_units, offset, weights, epilogue, y);
}

template <typename Dot>
void MultiplyGroups(int64_t group_units, const IndirectionBuffer& buffer, int64_t offset, const void* weights,
                    const DotEpilogue& epilogue, const DotOutput& y) {
  for (int64_t tile = 0; tile < buffer.tiles(); ++tile) {
    const auto row = buffer.first_row(tile);
    GroupTileOfRows<Dot>(buffer.first_row(tile + 1) - row, buffer.tile(tile), buffer.segments, group_units, offset,
                         static_cast<const int32_t*>(weights), FromRow(epilogue, row, y.stride), FromRow(y, row));
  }
}

void Convert(const void* from, const StoredAs& from_as, void* to, const StoredAs& to_as, int64_t count) {
  const auto* in = static_cast<const uint8_t*>(from);
  auto* out = static_cast<uint8_t*>(to);
  WithType(from_as.type, [&](auto read) {
    WithType(to_as.type, [&](auto written) {
      const auto convert = [&](const void* some, void* result, int64_t place) {
        StoreAs<decltype(written)::value>(LoadStored<decltype(read)::value>(some, place, from_as), result, place,
                                          to_as);
      };
      int64_t i = 0;
      for (; i + kLanes <= count; i += kLanes) convert(in, out, i);
      if (i == count) return;
      WithPart(in + i * from_as.bytes(), from_as.bytes(), count - i, [&](const void* some) {
        WithPart(nullptr, 0, 0, [&](void* result) {
          convert(some, result, 0);
          std::memcpy(out + i * to_as.bytes(), result, static_cast<size_t>((count - i) * to_as.bytes()));
        });
      });
    });
  });
}

void Accumulate(const void* from, const StoredAs& as, int64_t count, float* sums) {
  const auto* in = static_cast<const uint8_t*>(from);
  WithType(as.type, [&](auto type) {
    int64_t i = 0;
    for (; i + kLanes <= count; i += kLanes)
      Store(Load<Floats>(sums + i) + LoadStored<decltype(type)::value>(in, i, as), sums + i);
    if (i == count) return;
    WithPart(in + i * as.bytes(), as.bytes(), count - i, [&](const void* some) {
      const auto values = LoadStored<decltype(type)::value>(some, 0, as);
      for (int64_t lane = 0; i + lane < count; ++lane) sums[i + lane] += values[lane];
    });
  });
}

}  // namespace

#undef RESZOO_INLINE
}  // namespace reszoo::kernels::RESZOO_DOT_NAMESPACE
