#!/bin/sh
# Makes every fixture again: make_all.sh [python], with a Python that has the packages of requirements.txt.
set -eu
cd "$(dirname "$0")"
export PYTHONHASHSEED=0  # TorchScript writes constants in the order of a set
for script in torchvision_models timm_models cifar_models rtdl_models num_embeddings tabm_models foreign_keys keras_block \
    pandas_words numpy_drift sklearn_preprocess sklearn_metrics sklearn_inspection shap_values scipy_temperature torch_optimizers torch_schedules timm_loss torch_losses \
    torchvision_preprocess torchvision_photos torchvision_augment pillow_images \
    ensemble_selection optuna_tpe torchscript_files pth_files numpy_pickles odd_checkpoints image_data; do
  echo "$script" >&2
  "${1:-python3}" "$script.py"
done
