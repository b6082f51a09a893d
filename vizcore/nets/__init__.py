"""Networks: what they are made of, without Keras until a worker builds one."""
