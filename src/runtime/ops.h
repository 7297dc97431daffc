/// The operations that have kernels, and what each consists of.
#pragma once
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "runtime/conv_layer.h"
#include "runtime/fused_op.h"

namespace reszoo::detail {

/// Scale and shift per channel, (C).
struct ScaleShift {
  Floats scale, shift;
};

/// See ops::GroupNorm.
struct GroupNorm {
  int64_t groups = 1;
  Floats weight = {}, bias = {};
  double epsilon = 1e-5;
};

/// See ops::LayerNorm. There is a kernel for rows (N, C).
struct LayerNorm {
  std::vector<int64_t> shape = {};
  Floats weight = {}, bias = {};
  double epsilon = 1e-5;
};

/// See ops::BlurPool.
struct BlurPool {
  Floats filter;
  int64_t stride = 1;
};

/// See ops::ChannelConv.
struct ChannelConv {
  Floats weight;
};

/// See ops::AdaptiveAvgPool. `flat`: the result is (N, C), a Flatten that followed was folded in.
struct CellPool {
  ops::AdaptiveAvgPool pool = {};
  bool flat = false;
};

/// The linear layer of a k-ensemble, y_i = s_i * W(r_i * x_i) + b_i for the members i: see nn/member_linear.h. x is (N,
/// in), which all members read, or (N, members * in).
struct MemberLinear {
  int64_t members = 1, in = 0, out = 0;
  Floats weight;      ///< (out, in)
  Floats r, s, bias;  ///< (members * in), (members * out), (members * out)
};

/// The last layers of the members, which have few outputs: (N, members * in) to (N, members, out).
struct MemberHead {
  static constexpr int64_t kMostOutputs = 4;

  int64_t members = 1, in = 0, out = 0;
  Floats weight, bias;  ///< (members, in, out), (members, out)
};

/// The encoder of a table's columns: numbers as they are or embedded, then one-hot categories. See nn/table_encoder.h.
struct TableEncoding {
  int64_t numeric = 0, width = 0;
  std::vector<int64_t> cardinalities = {};
  int64_t embedded = 0;  ///< how many numbers, the first ones, have piecewise linear embeddings
  bool relu = false;
  Floats slope = {}, offset = {}, lower = {}, upper = {};  ///< see kernels::PiecewiseColumns
  Floats matrix = {}, shift = {}, line = {}, line_shift = {};
};

std::shared_ptr<const FusedOp> make_op(const ops::Input& input);
std::shared_ptr<const FusedOp> make_op(const ops::Add& add);
std::shared_ptr<const FusedOp> make_op(const ops::Activation& activation);
std::shared_ptr<const FusedOp> make_op(const ops::MaxPool& pool);
std::shared_ptr<const FusedOp> make_op(const ops::AvgPool& pool);
std::shared_ptr<const FusedOp> make_op(const ops::ChannelScale& scale);
std::shared_ptr<const FusedOp> make_op(const ops::Pad& pad);
std::shared_ptr<const FusedOp> make_op(const ops::PadChannels& pad);
std::shared_ptr<const FusedOp> make_op(const ops::Flatten& flatten);
std::shared_ptr<const FusedOp> make_op(const ops::Unflatten& unflatten);
std::shared_ptr<const FusedOp> make_op(const ops::PixelShuffle& shuffle);
std::shared_ptr<const FusedOp> make_op(const ScaleShift& norm);
std::shared_ptr<const FusedOp> make_op(const GroupNorm& norm);
std::shared_ptr<const FusedOp> make_op(const LayerNorm& norm);
std::shared_ptr<const FusedOp> make_op(const BlurPool& pool);
std::shared_ptr<const FusedOp> make_op(const ChannelConv& conv);
std::shared_ptr<const FusedOp> make_op(const CellPool& pool);
std::shared_ptr<const FusedOp> make_op(const MemberLinear& linear);
std::shared_ptr<const FusedOp> make_op(const MemberHead& head);
std::shared_ptr<const FusedOp> make_op(const TableEncoding& encoding);

/// A convolution or linear layer. The programs of one network share the layer.
struct ConvOp : FusedOp {
  ConvOp(std::shared_ptr<const ConvLayer> layer_, bool linear_) : layer(std::move(layer_)), linear(linear_) {}

  std::string kind() const override { return linear ? "linear" : "conv"; }
  Kernel plan(const PlanRequest& request) const override;
  bool reads_kept() const override { return true; }
  const ConvOp* conv() const override { return this; }
  const char* name() const override { return linear ? "linear" : "conv"; }
  void write(Fields& each) const override;

  const std::shared_ptr<const ConvLayer> layer;
  const bool linear;
};

/// Makes operations that a reader describes, by their names in files. The file of each operation adds a row.
class OpReaders {
 public:
  using Reader = std::function<std::shared_ptr<const FusedOp>(Fields& each)>;

  void add(const std::string& name, Reader reader) { rows_[name] = std::move(reader); }

  /// Adds an operation that consists of `Data`.
  template <typename Data>
  void add(const std::string& name) {
    add(name, [](Fields& each) {
      Data data{};
      describe(each, data);
      return make_op(data);
    });
  }

  /// Returns nullptr for an unknown name.
  const Reader* find(const std::string& name) const {
    const auto found = rows_.find(name);
    return found == rows_.end() ? nullptr : &found->second;
  }

  static const OpReaders& all();

 private:
  std::map<std::string, Reader> rows_;
};

void add_conv_readers(OpReaders& readers);
void add_member_readers(OpReaders& readers);
void add_norm_readers(OpReaders& readers);
void add_pad_readers(OpReaders& readers);
void add_pointwise_readers(OpReaders& readers);
void add_pool_readers(OpReaders& readers);
void add_reshape_readers(OpReaders& readers);
void add_scale_readers(OpReaders& readers);
void add_table_encoder_readers(OpReaders& readers);

}  // namespace reszoo::detail
