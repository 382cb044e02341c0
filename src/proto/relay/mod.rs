//! nc's data rules: half-close, `-N`, `-q`, `-w`, `-d`.
