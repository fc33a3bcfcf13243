"""What the offline teacher knows of q: solutions that were written by hand, and what goes wrong in them.

    human_eval  solutions of the HumanEval problems     mistakes  wrong programs made of right ones
    families    small tasks that are put together       tasks     what a task is, and the parts of one

All of it is proven by running, in `tests/unit/recipes/test_q_bank.py`.
"""
