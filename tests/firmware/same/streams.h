/* The streams in both precisions. How long they are, the compiler's command line says: CLOSED readings in
   closed form, QUADRATURE ones by quadrature, ACTIVATIONS points of activations. */
#ifndef STREAMS_H
#define STREAMS_H

void streams_f32(void);
void streams_f64(void);

#endif
