"""Answering: from search hits to an answer with citations.

In order: `rewriting` makes a follow-up stand alone; `passages` prepares the hits; `sentence_ranking` ranks
their sentences; `answerability` decides whether one answers; `extractive` composes the answer from sentences,
or `generation` has a model write a draft; `draft_check` attributes and checks the draft with `attribution`
and `groundedness`; `statements` numbers the citations. `answerer` runs these steps; each can be called by
itself.
"""
