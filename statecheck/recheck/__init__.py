"""Another solver proves a certificate again, from its text alone.

This folder imports neither the model nor the engine, nor Z3; it needs cvc5 and the standard library
and can be read, copied and run by itself. It finds out that

* every file is the one that the manifest names, none is missing and none was added;
* each verdict is one that claims of its kind may have, and none of its obligations is missing:
  there is one for each action, clause, claim, premise of the chain rule, region and length of run;
* every obligation says what its rule says: its sections are those that all share, and where they
  speak of one run, one plan or one depth of a search, they are made again from the shared ones;
  nothing else is asserted, and its goal is the one of its rule;
* every run, state by state, has the values that the definitions give, and its steps are enabled;
* words, receipts and lengths in the manifest are those of the texts;
* cvc5 answers ``unsat`` to every obligation.

What is trusted remains: that the shared definitions, what a premise of the chain rule says, and
what a search has as any step, say what the model says. Whoever changes one of these everywhere
alike, and every digest, is not found out here, but by ``python -m proofs --certificates DIR
--recheck``, which writes the texts anew from the model and compares. Nor is anybody found out who
leaves out a claim, calls a number by another word that the definitions do not have, or changes the
sentence at the head of a file or the versions of the tools.

Exit codes: 0 all proved again; 1 something is refuted or was tampered with; 2 usage, or no
certificate; 3 cvc5 left something open, or a verdict is UNDETERMINED; 130 interrupted.

Comes in: the folder of a certificate. Goes out: whether each obligation was proved again.
"""
