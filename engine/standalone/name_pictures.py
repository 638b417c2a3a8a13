"""Name pictures with the fine-tuned network: `python name_pictures.py NETWORK.keras PICTURE ...`, or NETWORK.tflite."""

import sys

import numpy as np
import tensorflow as tf
from PIL import Image, ImageOps

# The run.
NAMES = ["cat", "dog"]
SIZE = 128  # pixels of each side

network, *pictures = sys.argv[1:]
if network.endswith(".tflite"):
    runner = tf.lite.Interpreter(network).get_signature_runner()
else:
    model = tf.keras.models.load_model(network)
for path in pictures:
    picture = ImageOps.exif_transpose(Image.open(path)).convert("RGB")
    pixels = np.asarray(ImageOps.fit(picture, (SIZE, SIZE), Image.Resampling.LANCZOS), np.float32)[np.newaxis]
    answer = next(iter(runner(picture=pixels).values())) if network.endswith(".tflite") else model(pixels)
    best = int(np.argmax(answer))
    print(f"{path}: {NAMES[best]} {float(np.ravel(answer)[best]):.1%}")
