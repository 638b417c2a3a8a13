"""What a teacher may say and ask on each page, a few lines each. Keys are the last part of the page's address."""

NOTES: dict[str, tuple[str, ...]] = {
    "": (
        "Two sentences are enough: every picture here is computed now, on this machine.",
        "Press Share on any run: the class joins with the code, watches live and runs it anew.",
        "Ask: which of these six would you trust with a medical picture? Come back to it at the end.",
    ),
    "convolution": (
        "Step through it: let the class work out one cell by hand before you point at it.",
        "Ask: what happens to the output if I change this one input? How many cells change, and why these?",
        "On a picture: Sobel x, then turn a Gabor. Ask which edges will light up before you move the slider.",
        "A whole stack: the maps get smaller and the window they see gets larger. Stop at block 3.",
        "Spot the bug: ReLU and max pooling may be swapped. Average pooling may not. Let them vote first.",
    ),
    "mnist": (
        "Before Train: what accuracy has a network that has learned nothing? "
        "(About one guess in ten is right, more or fewer with other first weights.)",
        "While it learns: pause after a hundred steps. Almost everything is learned; ask what is left.",
        "Have someone draw a seven with a bar, then a tiny one in a corner.",
        "Where it is wrong: let the class read the worst five before you show the labels.",
        "Your turn: five challenges; the learning rate that diverges is the quickest, the small network the best.",
    ),
    "cifar": (
        "Show the twelve distortions first: is it still what it was? That is all that augmentation claims.",
        "The schedule is drawn before training. Ask which of the two readings the textbook's sentence means.",
        "Quick takes two minutes: enough for the gradient norm, and for guessing the accuracy at the end.",
        "Spot the bug: run it, and read out what single batches of 128 pictures say of one and the same network.",
    ),
    "fine_tuning": (
        "Own classes: a cup and a hand before the camera, ten pictures each, thirty seconds.",
        "Ask why the head alone does so well: what did the backbone see a million of?",
        "The dip where the blocks are unfrozen is the moment to talk about small steps.",
        "The learning curve is the reason for all of it: from scratch needs ten times the pictures.",
    ),
    "style_transfer": (
        "Cover the style and let the class say which of the sample styles it was.",
        "The losses pull in different directions: which one rises at first, and why?",
        "What layers see: style alone from relu1_1, then from relu4_1. Grain, then brush strokes.",
    ),
    "deep_dream": (
        "Before Dream: what will it find in a temple? It was trained on dogs, birds and a thousand things more.",
        "Channels: low layers want stripes, high layers want eyes and feathers. Choose one together.",
        "The bridge to attacks: the same gradient, a smaller step, and a cat becomes a toaster.",
    ),
    "board": (
        "Have them work in pairs: one changes the settings, the other says beforehand what will happen.",
        "Stop after ten minutes and ask whoever solved the hardest one to tell how, before you show the hint.",
        "Ask of the nearest miss: what would you change next, and why? A miss with a reason beats a lucky hit.",
    ),
    "runs": ("Everything that was run in this browser: a good place to begin the next lesson.",),
}
