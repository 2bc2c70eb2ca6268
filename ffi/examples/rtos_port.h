/* What rtos.c asks of an operating system, here POSIX threads; beside each the call that FreeRTOS has for it. */
#ifndef RTOS_PORT_H
#define RTOS_PORT_H

#include <pthread.h>
#include <stdint.h>
#include <time.h>

/* A lock that lends its holder the priority of who waits: xSemaphoreCreateMutex. */
typedef pthread_mutex_t port_lock;
#define PORT_LOCK PTHREAD_MUTEX_INITIALIZER
#ifdef PORT_WITHOUT_LOCK /* for the test that shows that a race would be found */
static void port_take(port_lock *lock) { (void)lock; }
static void port_give(port_lock *lock) { (void)lock; }
#else
static void port_take(port_lock *lock) { pthread_mutex_lock(lock); }   /* xSemaphoreTake(lock, portMAX_DELAY) */
static void port_give(port_lock *lock) { pthread_mutex_unlock(lock); } /* xSemaphoreGive(lock) */
#endif

/* A queue of one number: xQueueCreate(1, sizeof(uint32_t)). */
struct port_queue {
  pthread_mutex_t lock;
  pthread_cond_t moved;
  int is_full;
  uint32_t value;
};
#define PORT_QUEUE {PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, 0, 0}

/* xQueueSend(queue, &value, portMAX_DELAY); in an interrupt handler xQueueSendFromISR */
static void port_send(struct port_queue *queue, uint32_t value)
{
  pthread_mutex_lock(&queue->lock);
  while (queue->is_full) {
    pthread_cond_wait(&queue->moved, &queue->lock);
  }
  queue->value = value;
  queue->is_full = 1;
  pthread_cond_broadcast(&queue->moved);
  pthread_mutex_unlock(&queue->lock);
}

#define PORT_FOREVER UINT32_MAX /* portMAX_DELAY */

/* 0: nothing came in time. xQueueReceive(queue, value, pdMS_TO_TICKS(milliseconds)) */
static int port_receive(struct port_queue *queue, uint32_t *value, uint32_t milliseconds)
{
  struct timespec end;
  int is_late = 0, has_come;
  clock_gettime(CLOCK_REALTIME, &end);
  end.tv_sec += (time_t)(milliseconds / 1000u);
  end.tv_nsec += (long)(milliseconds % 1000u) * 1000000L;
  end.tv_sec += end.tv_nsec / 1000000000L;
  end.tv_nsec %= 1000000000L;
  pthread_mutex_lock(&queue->lock);
  while (!queue->is_full && !is_late) {
    is_late = pthread_cond_timedwait(&queue->moved, &queue->lock, &end) != 0;
  }
  has_come = queue->is_full;
  if (has_come) {
    *value = queue->value;
    queue->is_full = 0;
    pthread_cond_broadcast(&queue->moved);
  }
  pthread_mutex_unlock(&queue->lock);
  return has_come;
}

/* Until the sensor's next reading: vTaskDelayUntil, or the timer that starts the conversion. */
static void port_pause(void)
{
  const struct timespec pause = {0, 50000L};
  nanosleep(&pause, NULL);
}

/* Runs the tasks until all have ended: xTaskCreate for each, then vTaskStartScheduler. Their stacks must hold
   that of gleaner_selector_offer_f32, which the README gives; init takes more (tests/firmware/FOOTPRINT.md). */
static void port_run(void *(*const *tasks)(void *), int count)
{
  pthread_t threads[8];
  int i;
  for (i = 0; i < count; i++) {
    pthread_create(&threads[i], NULL, tasks[i], NULL);
  }
  for (i = 0; i < count; i++) {
    pthread_join(threads[i], NULL);
  }
}

#endif
