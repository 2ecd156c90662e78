;; What Clojure can do, in a script: persistent collections, lazy sequences, atoms, refs in
;; transactions, agents, multimethods, protocols, macros, regular expressions, and code that is
;; compiled while it runs. Every round prints the same in Java.
(ns work
  (:require [clojure.string :as string]
            [clojure.set :as set]
            [clojure.walk :as walk])
  (:import (java.util.concurrent CountDownLatch)))

(def rounds (Integer/getInteger "rounds" 3))

(def counter (atom 0))

(def primes
  ((fn sieve [numbers]
     (lazy-seq
      (let [p (first numbers)]
        (cons p (sieve (remove #(zero? (mod % p)) (rest numbers)))))))
   (iterate inc 2)))

(def fibs (lazy-cat [0 1] (map +' fibs (rest fibs))))

(defmulti area :shape)
(defmethod area :circle [{:keys [r]}] (* r r 355/113))
(defmethod area :rect [{:keys [w h]}] (* w h))
(defmethod area :default [thing] (str "no area of " (:shape thing)))

(defprotocol Speaks
  (speak [this] [this times]))
(defrecord Dog [name]
  Speaks
  (speak [_] (str name " barks"))
  (speak [this times] (string/join ", " (repeat times (speak this)))))
(extend-type String
  Speaks
  (speak [this] (str "the text " this))
  (speak [this n] (apply str (repeat n this))))

(defmacro unless [test & body] `(if ~test nil (do ~@body)))
(defmacro twice [x] `(let [v# ~x] [v# v#]))

(defn collections [n]
  (let [v (vec (range n))
        m (into (sorted-map) (map (fn [i] [(keyword (str "k" i)) (* i i)]) (range 20)))
        s (into #{} (map #(mod (* % 37) 101) (range n)))]
    (println (count v) (reduce + v) (subvec v 3 7) (peek v) (nth v (quot n 2)))
    (println (take 3 m) (get m :k7) (select-keys m [:k1 :k2 :absent]))
    (println (count s) (contains? s 5) (set/intersection #{1 2 3} #{2 3 4}) (sort (take 5 (sort s))))
    (println (group-by even? (range 6)) (frequencies "mississippi") (partition-all 3 (range 7)))
    (println (assoc-in {:a {:b 1}} [:a :c] 2) (update-in {:n 1} [:n] inc) (merge-with + {:a 1} {:a 2 :b 3}))
    (println (let [[a b & more :as all] [1 2 3 4] {:keys [x y] :or {y 9}} {:x 5}] [a b more all x y]))
    (println (sort-by (juxt count identity) ["pear" "fig" "apple" "kiwi"]) (into [] (comp (filter odd?) (map inc)) (range 10)))
    (println (walk/postwalk #(if (number? %) (inc %) %) {:a [1 2 {:b 3}]}))))

(defn numbers [round]
  (println (/ 1 3) (+ 1/3 2/3) (* 1.5 round) (quot 17 5) (mod -17 5) (rem -17 5))
  (println (reduce *' (range 1 (+ 20 round))) (take 5 (drop 100 fibs)))
  (println (Math/sqrt 2) (bit-xor 12 10) (bigdec "1.10") (* 1.1M 3) (int \a) (char 98))
  (println (try (+ Long/MAX_VALUE 1) (catch ArithmeticException e (.getMessage e)))
           (try (/ 1 0) (catch ArithmeticException e (.getMessage e)))))

(defn transactions [n]
  (let [from (ref 1000) to (ref 0) log (agent [])
        latch (CountDownLatch. 4)
        work (fn [] (dotimes [_ n] (dosync (alter from - 1) (alter to + 1))) (.countDown latch))]
    (dotimes [_ 4] (.start (Thread. ^Runnable work)))
    (.await latch)
    (send log conj :sent)
    (send log conj :again)
    (await log)
    (println @from @to @log)
    (println @(future (reduce + (range 1000))) (pmap inc [1 2 3]) (deref (promise) 1 :late))))

(defn texts [round]
  (println (string/upper-case "straße") (string/split "a,b,,c" #",") (re-seq #"\d+" "a1b22c333"))
  (println (format "%05d|%-6s|%.3f" round "ab" (* Math/PI round)) (pr-str "q\"uote\n" \a :k 'sym 1.0 nil))
  (println (string/replace "hello world" #"o(.)" "0$1") (string/join "-" (reverse "abc")))
  (println (read-string "{:a [1 2 #{3}] :b \"x\"}") (pr-str (list 'quote 'x))))

(defn errors []
  (println (try (throw (ex-info "of ours" {:code 7})) (catch Exception e (str (.getMessage e) (ex-data e)))))
  (println (try (nth [1 2] 5) (catch IndexOutOfBoundsException e (class e))))
  (println (try (.foo "x") (catch IllegalArgumentException e (.getMessage e))))
  (println (try (eval '(undefined-function 1)) (catch Exception e (class e)) (finally (print "finally "))))
  (println (try (assoc [1 2] :k 3) (catch Exception e (.getMessage e)))))

(defn compiled [round]
  (let [f (eval `(fn [x#] (* ~round (+ x# 1))))]
    (println (map f (range 5)) (eval (read-string (str "(let [a " round "] (* a a))"))))
    (println (unless false :done) (twice (+ 1 round)) (macroexpand-1 '(unless a b)))))

(defn loops [n]
  (println (loop [i 0 acc 0] (if (< i n) (recur (inc i) (+ acc (* i i))) acc))
           (reduce (fn [a x] (if (> a 1000) (reduced a) (+ a x))) (range))
           (trampoline (fn f [i] (if (zero? i) :end #(f (dec i)))) 1000)
           (transduce (comp (map inc) (take-while #(< % 50))) + (range))))

(doseq [round (range 1 (inc rounds))]
  (println "---- round" round)
  (dotimes [_ 1000] (swap! counter inc))
  (println "counter" @counter)
  (println (nth primes (+ 60 round)) (take 10 primes))
  (println (area {:shape :circle :r round}) (area {:shape :rect :w 2 :h round}) (area {:shape :blob}))
  (println (speak (->Dog "Rex")) (speak (->Dog "Rex") 2) (speak "ab" 3) (->Dog "Fido"))
  (collections (+ 2000 round))
  (numbers round)
  (transactions 50)
  (texts round)
  (errors)
  (compiled round)
  (loops 20000))
(println "done")
(shutdown-agents)
