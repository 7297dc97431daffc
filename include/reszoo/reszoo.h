/// All of reszoo::core, and LibTorch's modules, in one include: blocks, networks,
/// weights, surgery, preprocessing, models that predict. Costs compile time; each
/// header of a room can be included alone.
#pragma once
#include <torch/nn.h>

#include "reszoo/base/bytes.h"
#include "reszoo/base/device.h"
#include "reszoo/base/error.h"
#include "reszoo/graph/graph.h"
#include "reszoo/graph/profile.h"
#include "reszoo/infer/model.h"
#include "reszoo/infer/script_model.h"
#include "reszoo/nn/conv_projection.h"
#include "reszoo/nn/init.h"
#include "reszoo/nn/keras.h"
#include "reszoo/nn/linear_projection.h"
#include "reszoo/nn/network.h"
#include "reszoo/nn/recipes.h"
#include "reszoo/nn/residual_block.h"
#include "reszoo/nn/surgery.h"
#include "reszoo/nn/table_encoder.h"
#include "reszoo/nn/zero_pad_shortcut.h"
#include "reszoo/preprocess/image_preprocess.h"
#include "reszoo/preprocess/table_preprocess.h"
#include "reszoo/preprocess/target.h"
#include "reszoo/weights/load.h"
#include "reszoo/weights/model_file.h"
#include "reszoo/weights/pth.h"
#include "reszoo/weights/read.h"
#include "reszoo/weights/safetensors.h"
#include "reszoo/weights/state.h"
#include "reszoo/weights/torchscript.h"
#include "reszoo/zoo/registry.h"
